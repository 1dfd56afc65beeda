/** How often hosts get a fresh picture. */
const EVERY_MS = 5000;
/** The server's limit on the data URL. */
const LONGEST = 32 * 1024;
const WIDTH = 320;

/** Sends the hosts a small still of the own camera while somebody waits and has said yes to it. */
export class PreviewSender {
  /** @param {() => any} call */
  constructor(call) {
    this.call = call;
    this.timer = 0;
    this.video = document.createElement("video");
    this.video.muted = true;
    this.video.playsInline = true;
  }

  /** Resolves when the first picture has arrived. */
  async start() {
    clearInterval(this.timer);
    this.timer = window.setInterval(() => {
      // One lost picture is followed by the next.
      this.send().catch(() => {});
    }, EVERY_MS);
    await this.send();
  }

  /** @param {boolean} tell whether to take the picture back at the hosts */
  stop(tell) {
    if (!this.timer) return;
    clearInterval(this.timer);
    this.timer = 0;
    this.video.srcObject = null;
    if (tell) Promise.resolve(this.call().offerPreview(null)).catch(() => {});
  }

  async send() {
    const stream = this.call().media?.preview;
    if (!stream?.getVideoTracks().length) return;
    if (this.video.srcObject !== stream) {
      this.video.srcObject = stream;
      await this.video.play();
    }
    if (!this.video.videoWidth) await new Promise((resolve) => this.video.addEventListener("loadeddata", resolve, { once: true }));
    if (this.timer) await this.call().offerPreview(pictureOf(this.video));
  }
}

/** The current frame as a JPEG that fits. @param {HTMLVideoElement} video */
function pictureOf(video) {
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = Math.round((WIDTH * video.videoHeight) / video.videoWidth);
  canvas.getContext("2d")?.drawImage(video, 0, 0, canvas.width, canvas.height);
  let quality = 0.75;
  let image = canvas.toDataURL("image/jpeg", quality);
  while (image.length > LONGEST && quality > 0.2) {
    quality -= 0.15;
    image = canvas.toDataURL("image/jpeg", quality);
  }
  return image;
}
