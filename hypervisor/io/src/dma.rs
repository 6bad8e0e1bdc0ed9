// SPDX-License-Identifier: GPL-2.0-only
//! DMA controllers that move memory by themselves: who there is, and copies for whoever wants one.

use crate::Fault;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use kernel::sync::SpinLock;

/// A channel of a controller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Its name.
    pub name: String,
    /// The device that has it, or `""` if nobody knows; `None` if it is free.
    pub user: Option<String>,
}

/// What a driver does for its controller. Context of all: sleeps.
pub trait Engine: Send + Sync {
    /// Its channels, as they are now.
    fn channels(&self) -> Vec<Channel>;
    /// Copies `len` bytes between two bus addresses of the controller by a channel that is free, and waits for the end.
    ///
    /// # Errors
    /// [`Fault::Busy`]: no channel is free; [`Fault::NotSupported`]: it copies no memory; else what the controller says.
    fn copy(&self, to: u64, from: u64, len: usize) -> Result<(), Fault>;
    /// Copies bytes by the channel of that name, and waits for the end. Caches are kept in step.
    ///
    /// # Errors
    /// [`Fault::Invalid`]: nothing to copy, or not as many bytes as there is room for; [`Fault::NoDevice`]: there is no such
    /// channel; [`Fault::Busy`]: it is not free; else as [`copy`](Self::copy).
    fn copy_bytes(&self, channel: &str, to: &mut [u8], from: &[u8]) -> Result<(), Fault>;
}

/// A registered controller.
pub struct Controller {
    name: String,
    copies: bool,
    engine: Box<dyn Engine>,
}

impl Controller {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it copies memory to memory.
    pub fn copies(&self) -> bool {
        self.copies
    }

    /// What it does.
    pub fn engine(&self) -> &dyn Engine {
        &*self.engine
    }
}

static ALL: SpinLock<Vec<Arc<Controller>>> = SpinLock::new(Vec::new());

/// Registers a controller. Context: may allocate.
pub fn register(name: String, copies: bool, engine: Box<dyn Engine>) -> Arc<Controller> {
    let made = Arc::new(Controller { name, copies, engine });
    ALL.lock().push(made.clone());
    made
}

/// Takes a controller away. Context: may allocate.
pub fn unregister(controller: &Arc<Controller>) {
    ALL.lock().retain(|c| !Arc::ptr_eq(c, controller));
}

/// All of them, in the order in which they came. Context: may allocate.
pub fn list() -> Vec<Arc<Controller>> {
    ALL.lock().clone()
}

/// Copies by the first controller that has a channel free. Addresses are those of the bus, which are the CPU's where no
/// `dma-ranges` says otherwise; caches are the caller's affair. Context: sleeps.
///
/// # Errors
/// [`Fault::NotSupported`]: there is none that copies; else what the last one said that was tried.
pub fn copy(to: u64, from: u64, len: usize) -> Result<(), Fault> {
    let mut result = Err(Fault::NotSupported);
    for controller in list().into_iter().filter(|c| c.copies()) {
        result = controller.engine().copy(to, from, len);
        if result != Err(Fault::Busy) {
            break;
        }
    }
    result
}

/// The controller that has the channel. Context: sleeps.
pub fn of_channel(name: &str) -> Option<Arc<Controller>> {
    list().into_iter().find(|c| c.engine().channels().iter().any(|channel| channel.name == name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::sync::atomic::AtomicUsize;
    use core::sync::atomic::Ordering::Relaxed;

    struct Fake(Result<(), Fault>, &'static AtomicUsize);

    impl Engine for Fake {
        fn channels(&self) -> Vec<Channel> {
            Vec::from([Channel { name: "chan0".into(), user: None }])
        }
        fn copy(&self, _: u64, _: u64, len: usize) -> Result<(), Fault> {
            self.1.fetch_add(len, Relaxed);
            self.0
        }
        fn copy_bytes(&self, _: &str, to: &mut [u8], from: &[u8]) -> Result<(), Fault> {
            to.copy_from_slice(from);
            self.0
        }
    }

    #[test]
    fn a_copy_takes_the_first_that_is_free() {
        static ASKED: [AtomicUsize; 3] = [const { AtomicUsize::new(0) }; 3];
        assert_eq!(copy(1, 2, 3), Err(Fault::NotSupported));
        let slave = register("slave".into(), false, Box::new(Fake(Ok(()), &ASKED[0])));
        let busy = register("busy".into(), true, Box::new(Fake(Err(Fault::Busy), &ASKED[1])));
        assert_eq!(copy(0, 64, 10), Err(Fault::Busy));
        let free = register("free".into(), true, Box::new(Fake(Ok(()), &ASKED[2])));
        assert_eq!(copy(0, 64, 10), Ok(()));
        assert_eq!(ASKED.each_ref().map(|n| n.load(Relaxed)), [0, 20, 10]);
        assert_eq!(list()[2].engine().channels()[0].name, "chan0");
        assert_eq!(of_channel("chan0").unwrap().name(), "slave");
        assert!(of_channel("chan1").is_none());
        [&slave, &busy, &free].into_iter().for_each(unregister);
        assert!(list().is_empty());
    }
}
