// SPDX-License-Identifier: GPL-2.0-only
//! Tests of the binding: guests are written as DTS text and compiled by `dtc`, as a user's are.

mod errors;
mod examples;
mod guest;

use std::process::Command;

use super::*;
use crate::testing::{BINDINGS, dtc, guest_dts};

/// Asserts that `dtc` had nothing to say. Only of the version that this was written with: later ones may look for more.
#[track_caller]
pub(super) fn assert_no_warnings(warnings: &str, what: &str) {
    let version = Command::new("dtc").arg("--version").output().unwrap().stdout;
    if String::from_utf8_lossy(&version).contains(" 1.6.") {
        assert_eq!(warnings, "", "dtc has something against {what}");
    }
}

/// The smallest body of a guest, to which tests add.
pub(super) const MINIMAL: &str =
    "memory { size = <0x0 0x10000000>; }; images { kernel { file = \"Image\"; }; };";

/// The configuration of a guest with this body besides the smallest.
pub(super) fn parse(body: &str) -> Result<GuestConfig, ConfigError> {
    GuestConfig::from_dtb("test", &guest_dts(&format!("{body}{MINIMAL}")), BINDINGS)
}

/// The text of the guest's own tree.
pub(super) fn guest_tree(config: &GuestConfig) -> String {
    let seed = [0xa5u8; 32];
    let placement = Placement { initrd: GuestRange::new(0x4800_0000, 0x12_3456), rng_seed: &seed };
    let (text, warnings) = dtc("dtb", "dts", &config.guest_dtb(&placement).unwrap());
    assert_no_warnings(&warnings, "the generated tree");
    String::from_utf8(text).unwrap()
}
