// SPDX-License-Identifier: GPL-2.0-only
//! Sources of random numbers. The one of the best quality is used: it is started when it becomes that, and stopped when a
//! better one comes.

use crate::Fault;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use kernel::sync::Mutex;

/// The best quality: every bit is random.
pub const BEST: u16 = 1024;

/// What a driver does for its source. Called by one thread at a time, which may sleep.
pub trait Source: Send + Sync {
    /// The source begins to be used.
    ///
    /// # Errors
    /// What the device answers; then it is not used.
    fn start(&self) -> Result<(), Fault> {
        Ok(())
    }
    /// It is used no more.
    fn stop(&self) {}
    /// Reads up to as many bytes, and gives their number; without `wait` only what is there already.
    ///
    /// # Errors
    /// What the device answers.
    fn read(&self, to: &mut [u8], wait: bool) -> Result<usize, Fault>;
}

/// A registered source.
pub struct Rng {
    name: String,
    quality: u16,
    source: Box<dyn Source>,
}

impl Rng {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Bits of entropy in 1024 bits.
    pub fn quality(&self) -> u16 {
        self.quality
    }
}

struct Registry {
    /// In the order in which they came.
    all: Vec<Arc<Rng>>,
    current: Option<Arc<Rng>>,
}

static REGISTRY: Mutex<Registry> = Mutex::new(Registry { all: Vec::new(), current: None });

impl Registry {
    /// Uses another source, if that starts.
    fn switch(&mut self, to: &Arc<Rng>) -> Result<(), Fault> {
        to.source.start()?;
        if let Some(old) = self.current.replace(Arc::clone(to)) {
            old.source.stop();
        }
        Ok(())
    }
}

/// Takes a source into the registry; quality 0 stands for [`BEST`]. Context: sleeps.
///
/// # Errors
/// `Busy`: another one has the name; or the source is the best one and does not start.
pub fn register(name: &str, quality: u16, source: Box<dyn Source>) -> Result<Arc<Rng>, Fault> {
    let quality = if quality == 0 { BEST } else { quality.min(BEST) };
    let rng = Arc::new(Rng { name: name.into(), quality, source });
    let mut registry = REGISTRY.lock();
    if registry.all.iter().any(|other| other.name == name) {
        return Err(Fault::Busy);
    }
    if registry.current.as_ref().is_none_or(|current| quality > current.quality) {
        registry.switch(&rng)?;
    }
    registry.all.push(Arc::clone(&rng));
    Ok(rng)
}

/// Takes a source out of the registry, when nobody reads it any more; the best of the others takes its place.
/// Context: sleeps.
pub fn unregister(rng: &Arc<Rng>) {
    let mut registry = REGISTRY.lock();
    registry.all.retain(|other| !Arc::ptr_eq(other, rng));
    if !registry.current.as_ref().is_some_and(|current| Arc::ptr_eq(current, rng)) {
        return;
    }
    registry.current = None;
    rng.source.stop();
    let mut others = registry.all.clone();
    kernel::sort::by(&mut others, |a, b| a.quality > b.quality);
    for other in &others {
        match registry.switch(other) {
            Ok(()) => return,
            Err(fault) => log::warn!("random numbers: {} does not start: {fault}", other.name),
        }
    }
}

/// Reads random bytes of the source that is used, and gives their number. Context: sleeps.
///
/// # Errors
/// `NoDevice`: there is no source; or what it answers.
pub fn read(to: &mut [u8], wait: bool) -> Result<usize, Fault> {
    let registry = REGISTRY.lock();
    let current = registry.current.as_ref().ok_or(Fault::NoDevice)?;
    let length = to.len();
    current.source.read(to, wait).map(|count| count.min(length))
}

/// All sources. Context: sleeps.
pub fn list() -> Vec<Arc<Rng>> {
    REGISTRY.lock().all.clone()
}

/// The source that is used. Context: sleeps.
pub fn current() -> Option<Arc<Rng>> {
    REGISTRY.lock().current.clone()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex as Lock;

    /// One registry for all tests.
    static TURN: Lock<()> = Lock::new(());

    struct Model {
        byte: u8,
        calls: Arc<Lock<Vec<&'static str>>>,
        broken: bool,
    }

    impl Source for Model {
        fn start(&self) -> Result<(), Fault> {
            self.calls.lock().unwrap().push("start");
            if self.broken { Err(Fault::Io) } else { Ok(()) }
        }
        fn stop(&self) {
            self.calls.lock().unwrap().push("stop");
        }
        fn read(&self, to: &mut [u8], _wait: bool) -> Result<usize, Fault> {
            to.fill(self.byte);
            // More than there was room for is not believed.
            Ok(to.len() + 1)
        }
    }

    fn model(byte: u8) -> (Box<Model>, Arc<Lock<Vec<&'static str>>>) {
        let calls = Arc::default();
        (Box::new(Model { byte, calls: Arc::clone(&calls), broken: false }), calls)
    }

    #[test]
    fn the_best_source_is_used() {
        let _turn = TURN.lock().unwrap_or_else(|e| e.into_inner());
        let mut bytes = [0; 4];
        assert_eq!(read(&mut bytes, true), Err(Fault::NoDevice));
        let (weak, weak_calls) = model(1);
        let (strong, strong_calls) = model(2);
        let weak = register("weak", 10, weak).unwrap();
        assert_eq!((read(&mut bytes, true), bytes), (Ok(4), [1; 4]));
        assert_eq!(register("weak", 20, model(3).0).err(), Some(Fault::Busy));
        let strong = register("strong", 0, strong).unwrap();
        assert_eq!((strong.quality(), list().len()), (BEST, 2));
        assert_eq!((read(&mut bytes, true), bytes), (Ok(4), [2; 4]));
        assert_eq!(*weak_calls.lock().unwrap(), ["start", "stop"]);
        unregister(&strong);
        assert_eq!(*strong_calls.lock().unwrap(), ["start", "stop"]);
        assert_eq!(current().unwrap().name(), "weak");
        unregister(&weak);
        assert_eq!(*weak_calls.lock().unwrap(), ["start", "stop", "start", "stop"]);
        assert!(current().is_none() && list().is_empty());
    }

    #[test]
    fn one_that_does_not_start_is_not_used() {
        let _turn = TURN.lock().unwrap_or_else(|e| e.into_inner());
        let calls = Arc::default();
        let broken = || Box::new(Model { byte: 0, calls: Arc::clone(&calls), broken: true });
        assert_eq!(register("broken", 0, broken()).err(), Some(Fault::Io));
        let good = register("good", 100, model(7).0).unwrap();
        // Worse than the other: not tried until that goes.
        let spare = register("spare", 50, broken()).unwrap();
        unregister(&good);
        assert_eq!(read(&mut [0; 4], false), Err(Fault::NoDevice));
        unregister(&spare);
    }
}
