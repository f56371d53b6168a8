import { listDevices } from '../infer/ort-devices.js';

// Tests every device that can run a network and prints the results as JSON. It is a separate process because graphics drivers
// write to stderr and can crash.
process.stdout.write(JSON.stringify(await listDevices()));
