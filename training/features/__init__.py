"""Features of a clip, the reference that the server's own code is tested against.

A clip is mono, 16 kHz, 0.5 to 2.6 s. Nothing in a row depends on the clip's level."""

import numpy as np

from . import contrast, framing, functionals, mel, motion, pitch, spectrum, voice
from .voice import NotVoice

SHORTEST = framing.RATE // 2
LONGEST = 26 * framing.RATE // 10
WIDTH = 712


def row(samples: np.ndarray) -> np.ndarray:
    """One row of float64 for a clip, or `NotVoice`."""
    samples = np.asarray(samples, dtype=np.float64)
    if not np.isfinite(samples).all():
        raise NotVoice("not finite")
    if len(samples) < SHORTEST:
        raise NotVoice("too short")
    if len(samples) > LONGEST:
        raise NotVoice("too long")
    samples = samples - samples.mean()
    if np.sqrt((samples**2).mean()) < voice.SILENCE:
        raise NotVoice("silence")
    if voice.clipped(samples):
        raise NotVoice("clipped")
    frames = framing.frames_of(samples)
    middle = frames[:, framing.SHORT_OFFSET : framing.SHORT_OFFSET + framing.SHORT]
    short = framing.power(middle)
    short = short + short.max() * 1e-8
    levels = spectrum.decibels(short[:, spectrum.bins(60, 7600)].sum(axis=1))
    tone, aperiodic = pitch.track(frames)
    active = voice.active_of(levels)
    voiced = voice.voiced_of(tone, active)
    if voiced.sum() < voice.SHORTEST_FRAMES:
        raise NotVoice("no voice")
    if tone[voiced].std() < voice.TONE_PITCH:
        raise NotVoice("tone")
    long = framing.power(frames)
    long = long + long.max() * 1e-8
    return functionals_of(short, long, levels, tone, aperiodic, active, voiced)


def functionals_of(short, long, levels, tone, aperiodic, active, voiced) -> np.ndarray:
    log_mel = mel.log_mel(short)
    cepstrum = mel.cepstrum(log_mel)
    slopes = mel.delta(cepstrum)
    bends = mel.delta(slopes)
    balance = spectrum.balance(short)
    scalars = spectrum.scalars(short)
    harmonic = spectrum.harmonics(long, np.where(voiced, tone, np.nan))
    voice_figures = np.concatenate([scalars, harmonic, aperiodic[:, None]], axis=1)
    rest = active & ~voiced
    loud = voiced & (levels >= np.quantile(levels[voiced], 0.7))
    dull = balance[rest].mean(axis=0) if rest.sum() >= 3 else balance[voiced].mean(axis=0)
    tracks = motion.grouped(log_mel)
    moving = np.column_stack([cepstrum[:, :6], tone, levels])
    figure_slopes = mel.delta(voice_figures)[voiced]
    told = np.column_stack([moving, voice_figures[:, contrast.TOLD]])
    paired = np.column_stack([tracks, tone, levels])[voiced]
    centred = log_mel - log_mel.mean(axis=1, keepdims=True)
    return np.concatenate([
        functionals.spread_of(cepstrum[voiced], (0.1, 0.5, 0.9)),
        cepstrum[active].mean(axis=0),
        slopes[voiced].std(axis=0), np.abs(slopes[voiced]).mean(axis=0), bends[voiced].std(axis=0),
        functionals.spread_of(balance[voiced], (0.1, 0.9)),
        balance[loud].mean(axis=0), dull,
        centred[voiced].std(axis=0),
        functionals.spread_of(voice_figures[voiced], (0.1, 0.5, 0.9)),
        functionals.of_pitch(tone, voiced),
        functionals.of_energy(levels, active, voiced),
        motion.modulation(np.column_stack([tracks, levels])),
        motion.drift(moving, voiced),
        motion.together(paired),
        figure_slopes.std(axis=0), np.abs(figure_slopes).mean(axis=0),
        *functionals.quantiles(slopes[voiced], (0.1, 0.9)),
        centred[voiced].mean(axis=0), *functionals.quantiles(centred[voiced], (0.1, 0.9)), centred[active].mean(axis=0),
        motion.modulation(motion.envelopes(log_mel)),
        contrast.thirds(told, voiced),
        functionals.of_steps(tone, levels, voiced),
        contrast.by_energy(np.column_stack([cepstrum, voice_figures, tone]), levels, voiced),
        contrast.unvoiced(scalars, rest, voiced),
    ])  # fmt: skip


def log_mel_statistics(samples: np.ndarray) -> np.ndarray:
    """Mean and deviation of each mel band: what the baseline judges by, and nothing else uses."""
    frames = framing.frames_of(samples)
    middle = frames[:, framing.SHORT_OFFSET : framing.SHORT_OFFSET + framing.SHORT]
    bands = mel.log_mel(framing.power(middle) + 1e-12)
    return np.concatenate([bands.mean(axis=0), bands.std(axis=0)])
