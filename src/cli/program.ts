import { Command, InvalidArgumentError, Option } from 'commander';
import type { CommandName } from '../config/setting.js';
import { EXIT_CODES } from '../core/errors.js';
import { FIT_DEFAULTS } from '../evaluate/fit-defaults.js';
import { packageVersion } from '../core/package-version.js';
import { addSettings, settingsHelp } from './settings-options.js';
import { TRAIN_RECIPES, trainingOptionsHelp, trainRecipesHelp } from './train-recipes.js';

/** Columns of the help on a wide terminal. */
const MAX_HELP_WIDTH = 120;
const JSON_HELP = 'print the result as one JSON object; everything else goes to stderr';

const EXAMPLES = `Examples:
  nocturne serve                                  the built-in street at night, on http://127.0.0.1:8090
  nocturne serve drive.mp4 --loop                 a file in real time, looped
  nocturne serve rtsp://user:pass@camera/1        a network camera
  nocturne render drive.mp4 night.mp4             a video, audio included
  nocturne render images/ night/                  a folder of images
  nocturne augment kitti/ kitti-night/            a labelled data set, labels intact
  nocturne eval --input day/ --reference night/   compare the result with real nights
  nocturne fit-style nights/ --out my.json        fit a night style to your own night images
  nocturne train data/ --run my-night             train a network on your own images
  nocturne doctor                                 check this machine`;

/**
 * Creates the command line. Each command loads its code when it runs, so that `--help` and `--version` are fast. Parsing
 * throws CommanderError instead of ending the process.
 */
export function createProgram(): Command {
  const program = new Command('nocturne')
    .description('Turn daytime video into night, live: camera, file or network stream in, night in every browser.')
    .usage('<command> [options]')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .addHelpText('after', `\n${EXAMPLES}\n\n${settingsHelp()}\n\n${exitCodesHelp()}`)
    .exitOverride()
    .configureOutput({ outputError: () => undefined }) // main.ts prints errors
    .configureHelp({
      helpWidth: Math.min(MAX_HELP_WIDTH, process.stdout.columns || 100),
      subcommandTerm: (command) => command.name(),
    });
  defineServe(program);
  defineRender(program);
  defineAugment(program);
  defineWorker(program);
  defineJobs(program);
  defineProbe(program);
  defineEval(program);
  defineFitStyle(program);
  defineTrain(program);
  defineExport(program);
  defineModels(program);
  defineDoctor(program);
  return program;
}

/** A flag of commands without settings. */
function verboseOption(): Option {
  return new Option('--verbose', 'print the stack trace of an error');
}

function exitCodesHelp(): string {
  const rows = Object.values(EXIT_CODES).map(({ code, meaning }) => `  ${String(code).padEnd(4)} ${meaning}`);
  return `Exit codes:\n${rows.join('\n')}`;
}

/** Adds a command with the flags of its settings. */
function withSettings(program: Command, name: CommandName): Command {
  return addSettings(program.command(name), name);
}

function defineServe(program: Command): void {
  withSettings(program, 'serve')
    .summary('stream inputs, turned into night, to browsers')
    .description(
      'Turn inputs into night and stream them to browsers. Without an input: the streams of the config file, else the built-in street.',
    )
    .argument('[inputs...]', 'files, folders of images, cameras, URLs or street; NAME=INPUT names a stream')
    .addHelpText(
      'after',
      `
Examples:
  nocturne serve camera:0 gate=rtsp://gate/1     two streams; the second is called gate
  nocturne serve rtmp://:1935/live/key --listen  wait for a sender such as OBS
  nocturne serve drive.mp4 --loop --strength 0.8
  nocturne serve --config nocturne.yaml          the streams of a file; docs/streams.md shows one`,
    )
    .action(async (inputs: string[], _options: unknown, command: Command) => {
      const { serve } = await import('./serve.js');
      await serve(inputs, command);
    });
}

function defineRender(program: Command): void {
  withSettings(program, 'render')
    .summary('convert a video, an image or a folder of images to night')
    .description(
      'Convert a video, an image or a folder of images to night. Frames and timestamps stay the same; audio, subtitles, chapters and metadata are copied.',
    )
    .argument('<input>', 'a video, an image or a folder of images')
    .argument('<output>', 'the file or folder to write')
    .option('--json', JSON_HELP)
    .addHelpText(
      'after',
      `
Examples:
  nocturne render drive.mp4 night.mp4 --crf 18
  nocturne render drive.mp4 night.webm --start 60 --duration 10
  nocturne render images/ night.mp4 --image-rate 30`,
    )
    .action(async (input: string, output: string, _options: unknown, command: Command) => {
      const { render } = await import('./render.js');
      await render(input, output, command);
    });
}

function defineAugment(program: Command): void {
  withSettings(program, 'augment')
    .summary('turn a labelled data set into night, labels intact')
    .description(
      'Turn a data set into night ones with the same layout: images and videos become night, labels are copied. The same command continues ' +
        'a run that was interrupted. docs/datasets.md explains layouts, recipes and the manifest.',
    )
    .argument('<input>', 'a data set or a tree of images or videos')
    .argument('<output>', 'the folder to write')
    .option('--dry-run', 'print what would be done, and write nothing')
    .option(
      '--replay <manifest#row>',
      'render one row of a manifest again, counted from 0, to the output, a file or a folder; exits with 1 where its bytes differ',
    )
    .option('--json', JSON_HELP)
    .addHelpText(
      'after',
      `
Examples:
  nocturne augment kitti/ kitti-night/ --dry-run
  nocturne augment coco/ coco-night/ --variants 4 --recipe adverse
  nocturne augment drives/ nights/ --shard 2/3 --lamp-labels coco
  nocturne augment s3://sets/kitti s3://sets/kitti-night --queue redis://redis:6379
  nocturne augment kitti/ again.png --replay kitti-night/nocturne/manifest.jsonl#17`,
    )
    .action(async (input: string, output: string, _options: unknown, command: Command) => {
      const { augment } = await import('./augment.js');
      await augment(input, output, command);
    });
}

function defineWorker(program: Command): void {
  withSettings(program, 'worker')
    .summary('render data sets from a queue, beside any number of other workers')
    .description(
      'Take units of data sets from a queue and render them, until Ctrl-C or SIGTERM. Paths are those of this machine; a run is taken only ' +
        'where its input and output are in --roots. docs/datasets.md explains the queue.',
    )
    .addHelpText(
      'after',
      `
Examples:
  nocturne worker --queue redis://redis:6379 --roots /data
  nocturne worker --queue redis://redis:6379 --roots s3://sets --jobs 4 --metrics-port 9464`,
    )
    .action(async (_options: unknown, command: Command) => {
      const { worker } = await import('./worker.js');
      await worker(command);
    });
}

function defineJobs(program: Command): void {
  withSettings(program, 'jobs')
    .summary('show the runs of a queue, and retry or remove them')
    .description('Show the runs of a queue: how far they are, their rates, and what failed and why.')
    .option('--retry <run>', 'put the failed units of a run back into the queue')
    .option('--remove <run>', 'remove a run from the queue; its output stays')
    .option('--json', JSON_HELP)
    .action(async (_options: unknown, command: Command) => {
      const { jobs } = await import('./jobs.js');
      await jobs(command);
    });
}

function defineProbe(program: Command): void {
  withSettings(program, 'probe')
    .summary('show what an input contains and how it would be processed')
    .description('Show what an input contains and how it would be processed.')
    .argument('<input>', 'any input of serve')
    .option('--json', JSON_HELP)
    .action(async (input: string, _options: unknown, command: Command) => {
      const { probe } = await import('./probe.js');
      await probe(input, command);
    });
}

function defineEval(program: Command): void {
  const command = program
    .command('eval')
    .requiredOption('--input <folder|clip>', 'day images, or a clip; with --detector a data set')
    .option('--reference <folder>', 'real night images; repeatable; with --detector data sets, optional', collect)
    .option('--json', JSON_HELP);
  addSettings(command, 'eval')
    .summary('measure how close the result is to real nights')
    .description(
      'Measure how close the result is to real nights, what it keeps of the day and what a frame costs. docs/evaluation.md explains the measurements.',
    )
    .addHelpText(
      'after',
      `
Examples:
  nocturne eval --input day/ --reference night/ --sheet sheet.jpg
  nocturne eval --input drive.mp4 --reference night/ --generator my-model --json > eval.json
  nocturne eval --input kitti/ --detector yolo.onnx    how much of what your detector finds by day it finds at night`,
    )
    .action(async (_options: unknown, self: Command) => {
      const { evaluate } = await import('./eval.js');
      await evaluate(self);
    });
}

function defineFitStyle(program: Command): void {
  const { from, steps, seed, maxDays, maxNights } = FIT_DEFAULTS;
  program
    .command('fit-style')
    .addOption(verboseOption())
    .summary('fit a night style to your own night images')
    .description(
      'Fit a night style to a folder of night images: change its constants until nights in it are as close to them as they get, in ' +
        'layout, texture and lights (docs/styles.md). Ctrl-C writes the best style so far.',
    )
    .argument('<nights>', 'folder of real night images, dozens or more')
    .requiredOption('--out <file>', "the style to write, a JSON file; its name is the style's")
    .option('--days <folder|clip>', 'days whose nights are to look like that (default: painted streets)')
    .option('--from <name|file>', 'night style to start from', from)
    .option('--steps <number>', 'styles to measure', countFrom(1), steps)
    .option('--seed <number>', 'random seed: the same seed and images give the same style', countFrom(0), seed)
    .option('--max-days <number>', 'maximum number of days, evenly spread', countFrom(2), maxDays)
    .option('--max-nights <number>', 'maximum number of nights, evenly spread', countFrom(2), maxNights)
    .option('--model <folder|file>', 'scene network that reads the days (default: the one of the package)')
    .option('--threads <number>', 'CPU threads of that network', countFrom(1), 1)
    .option('--overwrite', 'replace an existing style')
    .addHelpText(
      'after',
      `
Examples:
  nocturne fit-style nights/ --out harbour.json
  nocturne fit-style nights/ --days days/ --from motorway --steps 600 --out a7.json
  nocturne render drive.mp4 night.mp4 --style harbour.json`,
    )
    .action(async (nights: string, _options: unknown, command: Command) => {
      const { fitStyle } = await import('./fit-style.js');
      await fitStyle(nights, command);
    });
}

/** Parses an integer of at least `min`, and at most 2^31 - 1. */
function countFrom(min: number): (value: string) => number {
  return (value) => {
    const count = value.trim() === '' ? Number.NaN : Number(value);
    if (Number.isInteger(count) && count >= min && count < 2 ** 31) return count;
    throw new InvalidArgumentError(`It must be an integer from ${min} to ${2 ** 31 - 1}.`);
  };
}

function defineTrain(program: Command): void {
  program
    .command('train')
    .addOption(verboseOption())
    .summary('train a generator on your images, or a network that reads streets or night styles')
    .description(`Train a network: what --recipe names.\n\n${trainRecipesHelp()}`)
    .argument(
      '[data]',
      'folder with trainA (day) and trainB (night), or of labelled scenes, or of nights (key-patch); or synth: a painted street',
    )
    .addOption(new Option('--recipe <name>', 'what to train').choices(Object.keys(TRAIN_RECIPES)).default('cyclegan'))
    .option('--day <folder>', 'day images, instead of DATA')
    .option('--night <folder>', 'night images, instead of DATA')
    .option('--run <folder>', 'where to write checkpoints, sample sheets and the loss page', 'nocturne-run')
    .addOption(
      new Option('--backend <name>', 'compute backend, see docs/training-backends.md')
        .choices(['auto', 'tensorflow', 'webgpu', 'wasm'])
        .default('auto'),
    )
    .option('--options <file>', 'read training options from a JSON file')
    .option('--set <key=value>', 'set one training option; repeatable', collect)
    .option('--resume', 'continue the run')
    .option(
      '--init <model>',
      'start from a trained network of the recipe scene or vehicle, instead of from random weights',
    )
    .addHelpText('after', () => trainingOptionsHelp())
    .action(async (data: string | undefined, _options: unknown, command: Command) => {
      const { train } = await import('./train.js');
      await train(data, command);
    });
}

function defineExport(program: Command): void {
  program
    .command('export')
    .addOption(verboseOption())
    .summary('export a trained network as an ONNX model')
    .description(
      'Export the best weights of a training run as an ONNX model: a generator of looks or of images, or a scene network.',
    )
    .argument('<run>', 'folder of a training run, or its best.ckpt')
    .argument('<out>', 'folder to write: NAME.onnx and NAME.json')
    .option('--name <name>', 'name of the model (default: name of the folder)')
    .option('--model-version <version>', 'version of the model', '1.0.0')
    .option('--description <text>', 'one line for the model card (default: what the network is)')
    .option('--licence <name>', 'licence of the weights', 'not stated')
    .option('--sources <file>', 'JSON list of {name, licence, url}: the training data')
    .option('--metrics <name=file>', 'add the results in a file of nocturne eval --json; repeatable', collect)
    .option('--overwrite', 'replace an existing model')
    .action(async (run: string, out: string, _options: unknown, command: Command) => {
      const { exportModel } = await import('./export.js');
      await exportModel(run, out, command);
    });
}

function defineModels(program: Command): void {
  const models = program
    .command('models')
    .summary("inspect a network of your own, list the package's")
    .description('Inspect a network of your own and write its card, or list the networks of the package.');
  models
    .command('inspect')
    .addOption(verboseOption())
    .summary('show what a model file is, and propose its card')
    .description(
      'Show what an ONNX or TensorFlow.js model is: size, layout, range, version, operators, and whether it can be a generator. Runs it once, and ' +
        'proposes the model card of a network that makes images. docs/models.md explains the card.',
    )
    .argument('<model>', 'an .onnx file, a model.json of TensorFlow.js, or the folder of one')
    .option('--write', 'write the card beside the model')
    .option('--overwrite', 'replace an existing card')
    .option('--json', JSON_HELP)
    .action(async (path: string, _options: unknown, command: Command) => {
      const { inspect } = await import('./models.js');
      await inspect(path, command);
    });
  models
    .command('list')
    .addOption(verboseOption())
    .summary('list the networks of the package')
    .description('List the networks of the package: name, version, size, use and file.')
    .option('--json', JSON_HELP)
    .action(async (_options: unknown, command: Command) => {
      const { list } = await import('./models.js');
      await list(command);
    });
}

function defineDoctor(program: Command): void {
  program
    .command('doctor')
    .addOption(verboseOption())
    .summary('check what works on this machine')
    .description('Check what works on this machine: Node.js, kernels, encoders, devices.')
    .option('--json', JSON_HELP)
    .action(async (_options: unknown, command: Command) => {
      const { doctor } = await import('./doctor.js');
      await doctor(command);
    });
}

/** Collects the values of a repeatable flag, in order. */
function collect(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}
