// SPDX-License-Identifier: GPL-2.0-only
//! MSI-X: interrupts as messages, each with a vector. A function has one for each queue, and one for changes of the configuration;
//! a driver may let several queues share one. The vector of a queue that has an answer is signalled, and no other.

use super::frame::{self, Frame};
use crate::sync::Lock;
use crate::virtio::device::{CONFIGURATION, FIRST_QUEUE, QUEUE_BITS};
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::Ordering::{Acquire, Release};
use core::sync::atomic::{AtomicBool, AtomicU32};

/// What stands for none.
const NONE: u16 = 0xffff;
/// What stands for changes of the configuration among queues, of which there are fewer.
pub(super) const CHANGES: u32 = 63;
/// Words of an entry: address, data, and control with the mask bit.
const WORDS: usize = 4;
const LOW: usize = 0;
const HIGH: usize = 1;
const CONTROL: usize = 3;
const MASKED: u32 = 1;

#[derive(Default)]
struct Vector {
    words: [u32; WORDS],
    /// Who has it, by bits.
    users: u64,
    /// Who takes messages at that address.
    frame: Option<Arc<Frame>>,
}

#[derive(Default)]
struct State {
    /// All vectors are masked.
    masked: bool,
    vectors: Vec<Vector>,
    /// Vectors that wait, by bits.
    pending: u32,
}

/// The messages of a function.
pub(super) struct Messages {
    guest: String,
    enabled: AtomicBool,
    /// [`State::answers`] while messages are enabled; 0 for none.
    answers: [AtomicU32; QUEUE_BITS],
    state: Lock<State>,
}

impl State {
    /// Sends what waits and is not masked.
    fn send(&mut self) {
        for (n, vector) in self.vectors.iter().enumerate() {
            let bit = 1 << n;
            let [.., data, control] = vector.words;
            if self.pending & bit != 0 && !self.masked && control & MASKED == 0 {
                self.pending &= !bit;
                vector.frame.iter().for_each(|frame| frame.message(data));
            }
        }
    }
}

impl State {
    /// The interrupts that answers in the queues are, if that is all there is to do for one: its vector is open.
    fn answers(&self) -> [u32; QUEUE_BITS] {
        let mut answers = [0; QUEUE_BITS];
        for vector in self.vectors.iter().filter(|vector| vector.words[CONTROL] & MASKED == 0 && !self.masked)
        {
            let [.., data, _] = vector.words;
            let interrupt = vector.frame.as_ref().and_then(|frame| frame.interrupt(data)).unwrap_or(0);
            for (queue, answer) in answers.iter_mut().enumerate() {
                if vector.users >> queue & 1 != 0 {
                    *answer = interrupt;
                }
            }
        }
        answers
    }
}

impl Messages {
    /// Messages of a function of this guest, which has no vectors yet.
    pub(super) fn new(guest: String) -> Self {
        let answers = [const { AtomicU32::new(0) }; QUEUE_BITS];
        Self { guest, enabled: AtomicBool::new(false), answers, state: Lock::default() }
    }

    /// The function has so many vectors. Context: may allocate.
    pub(super) fn provide(&self, vectors: usize) {
        let vectors = Vec::from_iter((0..vectors).map(|_| Vector::default()));
        self.state.lock().vectors = vectors;
        self.reset();
    }

    /// The state after power-on.
    pub(super) fn reset(&self) {
        self.enabled.store(false, Release);
        self.change(|state| {
            (state.masked, state.pending) = (false, 0);
            for vector in &mut state.vectors {
                *vector = Vector { words: [0, 0, 0, MASKED], ..Vector::default() };
            }
        });
    }

    /// Changes the state, and sends what may be sent after that.
    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state.lock();
        let result = change(&mut state);
        let enabled = self.enabled();
        let answers = if enabled { state.answers() } else { [0; QUEUE_BITS] };
        self.answers.iter().zip(answers).for_each(|(place, answer)| place.store(answer, Release));
        if enabled {
            state.send();
        }
        result
    }

    /// Whether they stand in for the pin.
    #[inline]
    pub(super) fn enabled(&self) -> bool {
        self.enabled.load(Acquire)
    }

    /// What the driver says in the capability.
    pub(super) fn control(&self, enabled: bool, masked: bool) {
        self.enabled.store(enabled, Release);
        self.change(|state| state.masked = masked);
    }

    /// The interrupt that these causes are, if no more has to be known for it: answers in one queue. 0 if it takes
    /// [`raise`](Self::raise). A message that is on its way while the driver masks its vector may still come. Context: any.
    #[inline(always)]
    pub(super) fn answer(&self, causes: u32) -> u32 {
        let queues = causes >> FIRST_QUEUE;
        let only = causes & CONFIGURATION == 0 && queues.is_power_of_two();
        let place = self.answers.get(queues.trailing_zeros() as usize).filter(|_| only);
        place.map_or(0, |answer| answer.load(Acquire))
    }

    /// Signals causes of the interrupt. Context: any.
    #[inline(never)]
    pub(super) fn raise(&self, causes: u32) {
        let mut users = u64::from(causes >> FIRST_QUEUE);
        if causes & CONFIGURATION != 0 {
            users |= 1 << CHANGES;
        }
        let mut state = self.state.lock();
        let State { vectors, pending, .. } = &mut *state;
        for (n, vector) in vectors.iter().enumerate() {
            *pending |= u32::from(vector.users & users != 0) << n;
        }
        state.send();
    }

    /// The device has been reset.
    pub(super) fn forget(&self) {
        self.change(|state| {
            state.pending = 0;
            state.vectors.iter_mut().for_each(|vector| vector.users = 0);
        });
    }

    /// The vector of a queue, or of [`CHANGES`].
    pub(super) fn vector(&self, user: u32) -> u16 {
        let bit = 1u64.checked_shl(user).unwrap_or(0);
        let place = self.state.lock().vectors.iter().position(|vector| vector.users & bit != 0);
        place.map_or(NONE, |vector| vector as u16)
    }

    /// The driver chooses it. One that there is not is none.
    pub(super) fn set_vector(&self, user: u32, vector: u64) {
        let bit = 1u64.checked_shl(user).unwrap_or(0);
        self.change(|state| {
            for (n, known) in state.vectors.iter_mut().enumerate() {
                known.users &= !bit;
                if n as u64 == vector {
                    known.users |= bit;
                }
            }
        });
    }

    /// Four bytes of the table.
    pub(super) fn word(&self, at: u64) -> u32 {
        let (n, word) = (at as usize / 16, at as usize % 16 / 4);
        let state = self.state.lock();
        state.vectors.get(n).and_then(|vector| vector.words.get(word)).copied().unwrap_or(0)
    }

    /// Writes four bytes of the table. Says whether they are there.
    pub(super) fn set_word(&self, at: u64, value: u32) -> bool {
        let (n, word) = (at as usize / 16, at as usize % 16 / 4);
        self.change(|state| {
            let Some(vector) = state.vectors.get_mut(n) else {
                return false;
            };
            let value = if word == CONTROL { value & MASKED } else { value };
            vector.words.get_mut(word).into_iter().for_each(|place| *place = value);
            if word == LOW || word == HIGH {
                let [low, high, ..] = vector.words;
                vector.frame = frame::find(&self.guest, u64::from(low) | u64::from(high) << 32);
            }
            true
        })
    }

    /// Vectors that wait, by bits.
    pub(super) fn pending(&self) -> u32 {
        self.state.lock().pending
    }
}
