import { reportDevices } from '../infer/device-reports.js';
import { formatReport } from './doctor-report.js';

// Tests every device and library that can run a network and prints the results on a line. It is a separate process because graphics
// drivers print and can crash.
process.stdout.write(formatReport(await reportDevices()));
process.exit(); // TensorFlow's threads keep a process running
