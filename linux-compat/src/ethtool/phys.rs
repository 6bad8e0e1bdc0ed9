// SPDX-License-Identifier: GPL-2.0-only
//! The PHYs that phylib keeps, for `mdio list`.

use crate::bindings::{
    DUPLEX_FULL, MDIO_DEVICE_FLAG_PHY, PHY_CABLETEST, PHY_DOWN, PHY_ERROR, PHY_HALTED, PHY_NOLINK, PHY_READY,
    PHY_RUNNING, PHY_UP, device, mdio_device, phy_device, phy_state,
};

use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::{CStr, c_char};
use io::mdio::{Link, Phy, Source};

/// Phylib's devices: all that are on its bus.
struct Phylib;

/// The terminal is to show phylib's devices.
pub(super) fn show() {
    io::mdio::register(&Phylib);
}

/// A text of C, if there is one.
unsafe fn text(raw: *const c_char) -> Option<String> {
    // SAFETY: null or a C string of the caller's.
    (!raw.is_null()).then(|| unsafe { CStr::from_ptr(raw) }.to_string_lossy().into_owned())
}

/// Whether a device is on the bus that phylib calls `mdio_bus`.
unsafe fn is_on_mdio(dev: *mut device) -> bool {
    // SAFETY: a device of the caller's; a bus has a name.
    unsafe { (*dev).bus.as_ref() }.is_some_and(|bus| unsafe { CStr::from_ptr(bus.name) } == c"mdio_bus")
}

impl Source for Phylib {
    fn devices(&self) -> Vec<Phy> {
        let mut found = Vec::new();
        crate::device::devices(|dev| {
            // SAFETY: a device with a reference; those on phylib's bus are parts of an MDIO device.
            unsafe {
                if is_on_mdio(dev) {
                    found.push(describe(dev.cast()));
                }
            }
        });
        found
    }
}

/// What is known of a device.
///
/// # Safety
/// A registered device on phylib's bus.
pub(super) unsafe fn describe(raw: *mut mdio_device) -> Phy {
    // SAFETY: the caller's device. What is read is words that phylib writes at once; a network device and a driver stay
    // while they are named here, but for the moment in which they are taken away, when phylib clears the field first.
    unsafe {
        let bound = (*raw).dev.driver.as_ref();
        let mut phy = Phy {
            bus: (*raw).bus.as_ref().and_then(|bus| text(bus.id.as_ptr())).unwrap_or_default(),
            address: (*raw).addr as u8,
            id: None,
            driver: bound.and_then(|driver| text(driver.name)),
            user: None,
            interface: String::new(),
            state: "-",
            link: None,
        };
        if (*raw).flags & MDIO_DEVICE_FLAG_PHY as i32 != 0 {
            let detail = raw.cast::<phy_device>();
            phy.id = Some((*detail).phy_id);
            phy.interface = super::tree::name_of((*detail).interface).unwrap_or("?").into();
            phy.state = state((*detail).state);
            phy.user = (*detail).attached_dev.as_ref().and_then(|user| text(user.name.as_ptr()));
            phy.link = ((*detail).link() != 0).then(|| Link {
                speed: u32::try_from((*detail).speed).ok(),
                full_duplex: (*detail).duplex == DUPLEX_FULL as i32,
            });
        }
        phy
    }
}

/// The state of phylib's machine for a PHY.
fn state(state: phy_state) -> &'static str {
    match state {
        PHY_DOWN => "down",
        PHY_READY => "ready",
        PHY_HALTED => "halted",
        PHY_ERROR => "failed",
        PHY_UP => "starting",
        PHY_RUNNING => "running",
        PHY_NOLINK => "no link",
        PHY_CABLETEST => "tests its cable",
        _ => "?",
    }
}
