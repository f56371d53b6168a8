#!/usr/bin/env node
import { Command, CommanderError, Option } from 'commander';
import { asNocturneError, NocturneError } from '../core/errors.js';
import { describeOptions, trainOptions } from '../train/options.js';
import { packageVersion } from './package-version.js';
import { doctor } from './doctor.js';
import { evaluate } from './eval.js';
import { exportModel } from './export.js';
import { probe } from './probe.js';
import { render } from './render.js';
import { serve } from './serve.js';
import { addSettings, environmentHelp } from './settings-options.js';
import { train } from './train.js';

const EXAMPLES = `
Examples:
  nocturne serve                              the built-in street, at night, on http://127.0.0.1:8090
  nocturne serve drive.mp4 --loop             a file at its own pace, again and again
  nocturne serve rtsp://user:pass@camera/1    a network camera
  nocturne serve camera:0 a=drive.mp4         two streams; the second is named a
  nocturne render drive.mp4 night.mp4         a file to a file, sound and all
  nocturne render photos/ night/              a folder of pictures
  nocturne probe drive.mp4                    what an input is
  nocturne eval --input day/ --reference night/   how near to real nights the night is
  nocturne train data/ --run my-night         a network of your own from two folders of pictures
  nocturne export my-night my-model           its weights as a model for --generator
  nocturne doctor                             what this machine can do

${environmentHelp()}
`;

function createProgram(): Command {
  const program = new Command('nocturne')
    .description('Turns daytime video into night, live: a camera, file or network stream in, night in every browser.')
    .version(packageVersion())
    .addHelpText('after', EXAMPLES)
    .configureOutput({ outputError: () => undefined }) // told below, in the form of every other failure
    .configureHelp({ showGlobalOptions: true, helpWidth: Math.min(120, process.stdout.columns || 100) });

  addSettings(
    program
      .command('serve')
      .argument('[inputs...]', 'files, folders, cameras, addresses or street; NAME=INPUT names a stream'),
    'serve',
  )
    .description('Turn inputs into night and show them to browsers.')
    .action((inputs: string[], _options: unknown, command: Command) => serve(inputs, command));

  addSettings(
    program
      .command('render')
      .argument('<input>', 'a video, a picture or a folder of pictures')
      .argument('<output>', 'a file or folder to write'),
    'render',
  )
    .description('Turn a file into a night file: same frames, same times, sound and subtitles copied.')
    .action((input: string, output: string, _options: unknown, command: Command) => render(input, output, command));

  addSettings(program.command('probe').argument('<input>', 'anything serve takes'), 'probe')
    .description('Say what an input is and what would be done with it.')
    .action((input: string, _options: unknown, command: Command) => probe(input, command));

  addSettings(
    program
      .command('eval')
      .requiredOption('--input <folder|clip>', 'day pictures, or a clip')
      .requiredOption('--reference <folder>', 'real nights; may be given again for more of them', collect),
    'eval',
  )
    .description('Measure how near to real nights the night is, and what it keeps of the day.')
    .action((_options: unknown, command: Command) => evaluate(command));

  program
    .command('train')
    .argument('[data]', 'folder that holds trainA (day) and trainB (night); synth: a painted street')
    .option('--day <folder>', 'day pictures, instead of DATA')
    .option('--night <folder>', 'night pictures, instead of DATA')
    .option('--run <folder>', 'where checkpoints, sheets and the loss page go', 'nocturne-run')
    .addOption(new Option('--recipe <name>', 'how it is trained').choices(['cyclegan']).default('cyclegan'))
    .addOption(
      new Option('--backend <name>', 'what computes: see docs/training-backends.md')
        .choices(['auto', 'tensorflow', 'webgpu', 'wasm'])
        .default('auto'),
    )
    .option('--options <file>', 'training options as JSON, by the names below')
    .option('--set <key=value>', 'one training option; may be given again', collect)
    .option('--resume', 'go on with the run')
    .addHelpText('after', `\nTraining options (--set):\n${describeOptions(trainOptions()).join('\n')}\n`)
    .description('Train a generator from pictures of day and of night that need not belong together.')
    .action((data: string | undefined, _options: unknown, command: Command) => train(data, command));

  program
    .command('export')
    .argument('<run>', 'folder of a training, or its best.ckpt')
    .argument('<out>', 'folder to write: NAME gets NAME.onnx and NAME.json')
    .option('--name <name>', "of the model (default: the folder's)")
    .option('--model-version <version>', 'of the model', '1.0.0')
    .option('--description <text>', 'one line for the card', 'a look network trained by nocturne train')
    .option('--licence <name>', 'of the weights', 'not stated')
    .option('--sources <file>', 'JSON list of {name, licence, url}: what it was trained on')
    .option('--metrics <name=file>', "figures of an evaluation's JSON; may be given again", collect)
    .option('--overwrite', 'replace a model that is there')
    .description('Write the best weights of a training as a model that --generator opens.')
    .action((run: string, out: string, _options: unknown, command: Command) => exportModel(run, out, command));

  program
    .command('doctor')
    .option('--json', 'as JSON')
    .description('Say what this machine can do and what is missing.')
    .action((_options: unknown, command: Command) => doctor(command));

  return program;
}

/** A flag that may be given again: its values in their order. */
function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/** Exit code after a failure, as shells expect of a tool. */
const FAILURE = 1;

/** A wrong command line, in the words of commander and the form of every failure. */
function usageFailure(error: CommanderError): NocturneError {
  const words = error.message.replace(/^error: /, '').replaceAll(/\s*\n\s*/g, ' ');
  const message = /[.)?]$/.test(words) ? words : `${words}.`;
  return new NocturneError({ code: 'CONFIG_INVALID', stage: 'config', message, cause: error });
}

async function main(): Promise<void> {
  process.env['SVT_LOG'] ??= '0'; // SVT-AV1 writes a banner to stderr whatever libav's log level
  const program = createProgram();
  for (const command of [program, ...program.commands]) command.exitOverride();
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode;
      // Help and version are printed already: those that were asked for, and the help where no command is given.
      if (error.exitCode === 0 || error.code === 'commander.help') return;
    }
    const failure = error instanceof CommanderError ? usageFailure(error) : asNocturneError(error, 'config');
    process.stderr.write(`nocturne: ${failure.toLine()}\n`);
    if (
      process.argv.includes('--verbose') ||
      ['1', 'true', 'yes', 'on'].includes(process.env['NOCTURNE_VERBOSE'] ?? '')
    ) {
      process.stderr.write(
        `${failure.stack ?? ''}\n${failure.cause instanceof Error ? (failure.cause.stack ?? '') : ''}\n`,
      );
    }
    process.exitCode = failure.code === 'ABORTED' ? 130 : FAILURE;
  }
}

await main();
