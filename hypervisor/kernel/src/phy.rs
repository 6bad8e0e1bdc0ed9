// SPDX-License-Identifier: GPL-2.0-only
//! PHYs: the analog ends of buses such as USB, PCIe, SATA or MIPI, which a host controller's driver starts and powers.
//!
//! A PHY may have several consumers. It is initialized as long as one of them wants it so, and powered as long as one of
//! them does. The hardware's functions are called one at a time, and may sleep.

use crate::error::Cause;
use crate::sync::{Mutex, SpinLock};
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// What the functions of this module return.
pub type Result<T> = core::result::Result<T, Cause>;

/// What a PHY's driver implements: access to the hardware, no book-keeping. What it has no need of does nothing.
/// Context: sleeps.
pub trait PhyOps: Send + Sync {
    /// Prepares it: clocks, resets, calibration that is done once.
    ///
    /// # Errors
    /// It is as it was.
    fn init(&self) -> Result<()> {
        Ok(())
    }

    /// Ends what [`init`](Self::init) began.
    ///
    /// # Errors
    /// It is as it was.
    fn exit(&self) -> Result<()> {
        Ok(())
    }

    /// Powers it.
    ///
    /// # Errors
    /// It is as it was.
    fn power_on(&self) -> Result<()> {
        Ok(())
    }

    /// Takes its power away.
    ///
    /// # Errors
    /// It is as it was.
    fn power_off(&self) -> Result<()> {
        Ok(())
    }
}

/// How many consumers want what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    /// Those that initialized it.
    pub inits: u32,
    /// Those that power it.
    pub powers: u32,
}

/// A PHY.
pub struct Phy {
    name: Box<str>,
    ops: Box<dyn PhyOps>,
    uses: Mutex<Uses>,
}

static PHYS: SpinLock<Vec<Arc<Phy>>> = SpinLock::new(Vec::new());

impl Phy {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Who wants what. Context: sleeps.
    pub fn uses(&self) -> Uses {
        *self.uses.lock()
    }

    /// Calls `f` while nobody else uses the hardware. Context: sleeps.
    pub fn alone<R>(&self, f: impl FnOnce(&Uses) -> R) -> R {
        f(&self.uses.lock())
    }

    /// Initializes it for one more consumer; gives the uses after that. Context: sleeps.
    ///
    /// # Errors
    /// The driver's; it is as it was.
    pub fn init(&self) -> Result<Uses> {
        let mut uses = self.uses.lock();
        if uses.powers > uses.inits {
            log::warn!("phy {}: was powered before it was initialized", self.name);
        }
        if uses.inits == 0 {
            self.ops.init()?;
        }
        uses.inits += 1;
        Ok(*uses)
    }

    /// One consumer less needs it initialized. Context: sleeps.
    ///
    /// # Errors
    /// The driver's, and it is as it was; `Invalid`: nobody had initialized it.
    pub fn exit(&self) -> Result<Uses> {
        let mut uses = self.uses.lock();
        let left = uses.inits.checked_sub(1).ok_or(Cause::Invalid)?;
        if left == 0 {
            self.ops.exit()?;
        }
        uses.inits = left;
        Ok(*uses)
    }

    /// Powers it for one more consumer. Context: sleeps.
    ///
    /// # Errors
    /// The driver's; it is as it was.
    pub fn power_on(&self) -> Result<Uses> {
        let mut uses = self.uses.lock();
        if uses.powers == 0 {
            self.ops.power_on()?;
        }
        uses.powers += 1;
        Ok(*uses)
    }

    /// One consumer less needs it powered. Context: sleeps.
    ///
    /// # Errors
    /// The driver's, and it is as it was; `Invalid`: nobody powers it.
    pub fn power_off(&self) -> Result<Uses> {
        let mut uses = self.uses.lock();
        let left = uses.powers.checked_sub(1).ok_or(Cause::Invalid)?;
        if left == 0 {
            self.ops.power_off()?;
        }
        uses.powers = left;
        Ok(*uses)
    }
}

/// Takes a PHY into the registry. Context: may allocate.
pub fn register(name: &str, ops: Box<dyn PhyOps>) -> Arc<Phy> {
    let phy = Arc::new(Phy { name: name.into(), ops, uses: Mutex::new(Uses::default()) });
    PHYS.lock().push(Arc::clone(&phy));
    phy
}

/// Takes a PHY out of the registry. Its consumers must be gone. Context: may free.
pub fn unregister(phy: &Arc<Phy>) {
    let mut phys = PHYS.lock();
    let at = phys.iter().position(|other| Arc::ptr_eq(other, phy));
    let found = at.map(|at| phys.remove(at));
    drop(phys);
    drop(found);
}

/// All PHYs, in the order in which they came. Context: may allocate.
pub fn list() -> Vec<Arc<Phy>> {
    PHYS.lock().clone()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex as Lock;

    struct Model {
        calls: Arc<Lock<Vec<&'static str>>>,
        fails: Option<&'static str>,
    }

    impl Model {
        fn call(&self, what: &'static str) -> Result<()> {
            self.calls.lock().unwrap().push(what);
            if self.fails == Some(what) { Err(Cause::Driver(5)) } else { Ok(()) }
        }
    }

    impl PhyOps for Model {
        fn init(&self) -> Result<()> {
            self.call("init")
        }
        fn exit(&self) -> Result<()> {
            self.call("exit")
        }
        fn power_on(&self) -> Result<()> {
            self.call("on")
        }
        fn power_off(&self) -> Result<()> {
            self.call("off")
        }
    }

    fn phy(name: &str, fails: Option<&'static str>) -> (Arc<Phy>, Arc<Lock<Vec<&'static str>>>) {
        let calls = Arc::default();
        (register(name, Box::new(Model { calls: Arc::clone(&calls), fails })), calls)
    }

    #[test]
    fn the_first_and_the_last_consumer_reach_the_hardware() {
        let (phy, calls) = phy("shared", None);
        assert_eq!(phy.init(), Ok(Uses { inits: 1, powers: 0 }));
        phy.init().unwrap();
        phy.power_on().unwrap();
        assert_eq!(phy.power_on(), Ok(Uses { inits: 2, powers: 2 }));
        phy.power_off().unwrap();
        phy.exit().unwrap();
        assert_eq!(*calls.lock().unwrap(), ["init", "on"]);
        phy.power_off().unwrap();
        phy.exit().unwrap();
        assert_eq!(*calls.lock().unwrap(), ["init", "on", "off", "exit"]);
        assert_eq!((phy.power_off(), phy.exit()), (Err(Cause::Invalid), Err(Cause::Invalid)));
        assert!(list().iter().any(|other| other.name() == "shared"));
        unregister(&phy);
        assert!(!list().iter().any(|other| other.name() == "shared"));
    }

    #[test]
    fn what_fails_does_not_count() {
        let (phy, calls) = phy("fails", Some("on"));
        assert_eq!(phy.power_on(), Err(Cause::Driver(5)));
        assert_eq!(phy.power_on(), Err(Cause::Driver(5)));
        assert_eq!((phy.uses(), calls.lock().unwrap().len()), (Uses::default(), 2));
        unregister(&phy);
    }
}
