"""Other voices, rooms and microphones, made from the corpus.

A *scene* is one speaker with one microphone in one room: all clips of a speaker within a scene share it, so that a reference
of that speaker knows the same microphone as the clip it is for."""

from dataclasses import dataclass

import numpy as np
from scipy import signal

from .features.framing import RATE


@dataclass(frozen=True)
class Scene:
    """Drawn once for a speaker."""

    size: float  # pitch and formants together, by resampling
    tempo: float  # duration alone
    tilt_db: float
    bumps: tuple[tuple[float, float, float], ...]
    band_hz: tuple[float, float]
    noise_db: float
    noise_colour: float
    echo_s: float
    echo_share: float
    clip_at: float


def plain() -> Scene:
    return Scene(1.0, 1.0, 0.0, (), (0.0, 8000.0), 90.0, 0.0, 0.0, 0.0, 1e9)


def drawn(rng: np.random.Generator) -> Scene:
    low = rng.choice([20.0, 60.0, 120.0, 250.0], p=[0.4, 0.25, 0.2, 0.15])
    high = rng.choice([8000.0, 7000.0, 5500.0, 4000.0, 3600.0], p=[0.5, 0.15, 0.1, 0.15, 0.1])
    bumps = tuple((rng.uniform(100, 6000), rng.uniform(-8, 8), rng.uniform(0.5, 2.0)) for _ in range(3))
    return Scene(
        size=float(2.0 ** rng.uniform(-0.17, 0.17)),
        tempo=float(2.0 ** rng.uniform(-0.2, 0.2)),
        tilt_db=float(rng.uniform(-3, 3)),
        bumps=bumps,
        band_hz=(float(low), float(high)),
        noise_db=float(rng.uniform(12, 50)),
        noise_colour=float(rng.uniform(0.0, 1.5)),
        echo_s=float(rng.choice([0.0, rng.uniform(0.15, 0.7)], p=[0.4, 0.6])),
        echo_share=float(rng.uniform(0.05, 0.5)),
        clip_at=float(rng.choice([1e9, rng.uniform(3.0, 8.0)], p=[0.8, 0.2])),
    )


def stretched(samples: np.ndarray, tempo: float) -> np.ndarray:
    """Faster or slower at the same pitch: overlapping pieces laid where they fit best (WSOLA)."""
    if tempo == 1.0:
        return samples
    size, hop, seek = 480, 240, 160
    window = np.hanning(size + 1)[:size]
    count = int((len(samples) - size - 2 * seek) / (hop * tempo))
    if count < 3:
        return samples
    out = np.zeros(count * hop + size)
    padded = np.concatenate([np.zeros(seek), samples, np.zeros(size + seek)])
    at = seek
    for index in range(count):
        aim = seek + int(index * hop * tempo)
        if index:
            follow = padded[at + hop : at + hop + size]
            area = padded[aim - seek : aim + seek + size]
            at = aim - seek + int(np.argmax(np.correlate(area, follow, "valid")))
        else:
            at = aim
        out[index * hop : index * hop + size] += padded[at : at + size] * window
    return out


def resized(samples: np.ndarray, size: float) -> np.ndarray:
    if size == 1.0:
        return samples
    return signal.resample_poly(samples, 200, int(round(200 * size)))


def coloured(samples: np.ndarray, scene: Scene) -> np.ndarray:
    """Tilt, bumps and band limit as one zero-phase filter."""
    spectrum = np.fft.rfft(samples)
    hz = np.maximum(np.fft.rfftfreq(len(samples), 1.0 / RATE), 1.0)
    gain = scene.tilt_db * np.log2(hz / 1000.0)
    gain = np.clip(gain, -12, 12)
    for centre, height, width in scene.bumps:
        gain = gain + height * np.exp(-0.5 * (np.log2(hz / centre) / width) ** 2)
    low, high = scene.band_hz
    if low > 0.0:
        gain = gain - 12.0 * np.maximum(0.0, np.log2(low / hz))
    if high < 8000.0:
        gain = gain - 60.0 * np.maximum(0.0, np.log2(hz / high))
    return np.fft.irfft(spectrum * 10.0 ** (np.maximum(gain, -80.0) / 20.0), len(samples))


def echoed(samples: np.ndarray, scene: Scene, rng: np.random.Generator) -> np.ndarray:
    if scene.echo_s == 0.0:
        return samples
    length = int(scene.echo_s * RATE)
    tail = rng.standard_normal(length) * 10.0 ** (-3.0 * np.arange(length) / length)
    tail[: RATE // 200] = 0.0
    tail *= scene.echo_share / np.sqrt((tail**2).sum())
    tail[0] = 1.0
    return signal.fftconvolve(samples, tail)[: len(samples)]


def noisy(samples: np.ndarray, scene: Scene, rng: np.random.Generator) -> np.ndarray:
    if scene.noise_db >= 90.0:
        return samples
    noise = np.fft.rfft(rng.standard_normal(len(samples)))
    hz = np.maximum(np.fft.rfftfreq(len(samples), 1.0 / RATE), 50.0)
    noise = np.fft.irfft(noise * hz ** (-0.5 * scene.noise_colour), len(samples))
    level = np.sqrt((samples**2).mean()) * 10.0 ** (-scene.noise_db / 20.0)
    return samples + noise * level / np.sqrt((noise**2).mean())


def heard(samples: np.ndarray, scene: Scene, rng: np.random.Generator) -> np.ndarray:
    """The utterance as that scene's microphone hears it, at any gain."""
    samples = stretched(resized(samples, scene.size), scene.tempo)
    samples = noisy(echoed(samples, scene, rng), scene, rng)
    samples = coloured(samples, scene)
    top = scene.clip_at * np.sqrt((samples**2).mean())
    samples = np.clip(samples, -top, top)
    if scene.clip_at > 1e8 and scene.noise_db >= 90.0:
        return samples
    peak = np.abs(samples).max() + 1e-12
    return np.round(samples / peak * 10.0 ** rng.uniform(-1.5, 0.0) * 32767.0) / 32767.0
