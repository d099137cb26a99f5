// Loaded into Windows' Node before anything else where that runs in Wine: does without what Wine lacks and no test is about.
const { Socket } = require('node:net');

// Wine 8 knows no pauses between signs of life, and `fetch` asks for them before it connects.
Socket.prototype.setKeepAlive = function () {
  return this;
};
