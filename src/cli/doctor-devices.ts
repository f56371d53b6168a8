import { reportDevices } from '../infer/device-reports.js';

// Tests every device and library that can run a network and prints the results as JSON. It is a separate process because graphics
// drivers write to stderr and can crash.
process.stdout.write(JSON.stringify(await reportDevices()));
process.exit(); // TensorFlow's threads keep a process running
