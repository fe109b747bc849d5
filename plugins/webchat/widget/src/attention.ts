// Sound and blinking title for what comes while the person is not looking. Only where the page or the person asked for it.

const kMuted = "herald-muted";

export class Attention {
  private original: string | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;
  private audio: AudioContext | undefined;
  muted = false;

  constructor(
    readonly sound: boolean,
    private blinks: boolean,
  ) {
    try {
      this.muted = localStorage.getItem(kMuted) !== null;
    } catch {
      // No storage for this page.
    }
  }

  /** Kept for the person's next visit where the page may keep something. */
  mute(yes: boolean): void {
    this.muted = yes;
    try {
      if (yes) localStorage.setItem(kMuted, "1");
      else localStorage.removeItem(kMuted);
    } catch {
      // It holds until the page is left.
    }
  }

  /** Something came. Of several tabs only one is heard. */
  call(title: string, heard: boolean): void {
    if (heard && this.sound && !this.muted) this.ring();
    if (!this.blinks || document.visibilityState === "visible") return;
    this.calm();
    this.original = document.title;
    let on = false;
    this.timer = setInterval(() => (document.title = (on = !on) ? title : (this.original ?? "")), 1000);
    document.title = title;
  }

  /** The person looks. */
  calm(): void {
    clearInterval(this.timer);
    if (this.original !== null) document.title = this.original;
    this.original = null;
  }

  /** Two soft tones. Before the person has used the page browsers keep it silent, and would play all of them later. */
  private ring(): void {
    if (typeof AudioContext === "undefined" || navigator.userActivation?.hasBeenActive === false) return;
    const audio = (this.audio ??= new AudioContext());
    void audio.resume().then(() => {
      for (const [n, pitch] of [659, 880].entries()) {
        const at = audio.currentTime + n * 0.12;
        const tone = audio.createOscillator();
        const gain = audio.createGain();
        tone.frequency.value = pitch;
        gain.gain.setValueAtTime(0.08, at);
        gain.gain.exponentialRampToValueAtTime(0.001, at + 0.3);
        tone.connect(gain).connect(audio.destination);
        tone.start(at);
        tone.stop(at + 0.3);
      }
    });
    if (document.visibilityState === "hidden") navigator.vibrate?.(120);
  }
}
