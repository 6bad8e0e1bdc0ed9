// SPDX-License-Identifier: GPL-2.0-only
//! Entropy device (virtio 1.2, 5.4): buffers are filled with random bytes where the notification traps.

use super::Made;
use super::device::{Backend, Shared};
use super::later::{self, Later};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::{Arc, Weak};
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use vmm::device::IrqLine;
use vmm::device::{Context, Error};
use vmm::virtqueue::Malformed;

/// Options of the device's node: none of its own.
pub(super) const OPTIONS: &[&str] = &[];

/// Bytes that a buffer gets at most; a driver asks again for more.
const MOST: usize = 64;
/// Buffers that are filled at once; more are for the worker.
const BUFFERS: usize = 16;

struct Rng {
    shared: Arc<Shared>,
    bytes: AtomicU64,
    later: Later,
}

impl Rng {
    /// Fills buffers; says whether there may be more of them.
    fn serve(&self) -> Result<bool, Malformed> {
        let shared = &*self.shared;
        let Some(queue) = shared.queue(0) else { return Ok(false) };
        let mut queue = queue.lock();
        let (mut left, mut answered) = (BUFFERS, false);
        let result = loop {
            if left == 0 {
                break Ok(true);
            }
            match queue.pop(&shared.ram) {
                Ok(true) => left -= 1,
                Ok(false) => break Ok(false),
                Err(why) => break Err(why),
            }
            if queue.chain.writable() == 0 {
                break Err("a buffer for random bytes that cannot be written");
            }
            let mut bytes = [0; MOST];
            let len = queue.chain.writable().min(MOST);
            let random = bytes.get_mut(..len).unwrap_or_default();
            kernel::random::fill(random);
            queue.chain.write(&shared.ram, 0, random);
            self.bytes.fetch_add(len as u64, Relaxed);
            queue.answer(len as u32);
            answered = true;
        };
        if answered && queue.wants_interrupt() {
            shared.answered(0);
        }
        result
    }
}

impl Backend for Rng {
    fn id(&self) -> u32 {
        4
    }

    fn features(&self) -> u64 {
        0
    }

    fn config(&self, _: usize, _: &mut [u8]) {}

    fn notify(&self, _: usize) {
        match self.serve() {
            Ok(false) => (),
            Ok(true) => self.later.submit(),
            Err(why) => self.shared.fail(why),
        }
    }

    fn reset(&self, guest: bool) {
        if guest {
            self.later.cancel();
        }
    }

    fn stop(&self) {
        self.later.cancel();
    }

    fn info(&self) -> String {
        format!("random numbers, {} bytes given", self.bytes.load(Relaxed))
    }
}

/// Makes the device of a node.
pub(super) fn create(ctx: &Context<'_>, line: IrqLine) -> Result<Made, Error> {
    let shared = Shared::new(ctx.ram.clone(), line, 1);
    if !later::start() {
        let what = "there is no memory for the worker of virtio devices".to_string();
        return Err(Error::Unavailable { node: ctx.node.path.clone(), what });
    }
    let device = Arc::new_cyclic(|device: &Weak<Rng>| {
        let device = device.clone();
        let later = Later::new(move || device.upgrade().iter().for_each(|device| device.notify(0)));
        Rng { shared: shared.clone(), bytes: AtomicU64::new(0), later }
    });
    Ok((shared, device))
}
