import { listDevices } from '../infer/ort-devices.js';

// Tries every device a network could run on and prints what it found as JSON: a process of its own, for graphics drivers write
// lines of their own to stderr, and may crash.
process.stdout.write(JSON.stringify(await listDevices()));
