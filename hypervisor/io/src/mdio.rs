// SPDX-License-Identifier: GPL-2.0-only
//! MDIO buses and the Ethernet PHYs on them, as the terminal sees them. Who keeps them says so with [`register`]: phylib, of
//! Linux, which is a core in C. Nothing here talks to a PHY.

use alloc::string::String;
use alloc::vec::Vec;
use kernel::sync::SpinLock;

/// The link of a PHY, as it was when its driver looked last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// In Mbit/s; none before the two sides have agreed.
    pub speed: Option<u32>,
    /// Both ways at once.
    pub full_duplex: bool,
}

/// A device on an MDIO bus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phy {
    /// The bus, by the name that its driver gave it.
    pub bus: String,
    /// 0 to 31.
    pub address: u8,
    /// Registers 2 and 3 of a PHY: maker, model, revision.
    pub id: Option<u32>,
    /// The driver that has it.
    pub driver: Option<String>,
    /// The network device that uses it.
    pub user: Option<String>,
    /// How it is connected to that one, as device trees call it: `rgmii-id`.
    pub interface: String,
    /// What its driver is about: `running`, `no link`, `halted` ...
    pub state: &'static str,
    /// None while the link is down.
    pub link: Option<Link>,
}

/// Who keeps MDIO buses.
pub trait Source: Sync {
    /// All devices on all buses. Context: sleeps.
    fn devices(&self) -> Vec<Phy>;
}

static SOURCE: SpinLock<Option<&'static dyn Source>> = SpinLock::new(None);

/// Says who keeps MDIO buses. Context: any.
pub fn register(source: &'static dyn Source) {
    *SOURCE.lock() = Some(source);
}

/// All devices on all MDIO buses, by bus and address; none if nobody keeps any. Context: sleeps.
pub fn list() -> Vec<Phy> {
    let source = *SOURCE.lock();
    let mut all = source.map(|source| source.devices()).unwrap_or_default();
    all.sort_by(|a, b| (&a.bus, a.address).cmp(&(&b.bus, b.address)));
    all
}

#[cfg(test)]
mod tests {
    use super::{Phy, Source, list, register};
    use alloc::vec::Vec;

    struct Two;

    impl Source for Two {
        fn devices(&self) -> Vec<Phy> {
            let phy = |address| Phy {
                bus: "mdio".into(),
                address,
                id: Some(0x0044_1400),
                driver: None,
                user: None,
                interface: "mii".into(),
                state: "ready",
                link: None,
            };
            [7, 1].map(phy).into()
        }
    }

    #[test]
    fn devices_are_in_order() {
        assert_eq!(list(), []);
        register(&Two);
        assert_eq!(list().iter().map(|phy| phy.address).collect::<Vec<_>>(), [1, 7]);
    }
}
