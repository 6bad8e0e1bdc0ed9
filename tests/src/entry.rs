// SPDX-License-Identifier: GPL-2.0-only
//! Entered in a state that it cannot work in, the image says what is wrong.

use anyhow::Result;
use xtask::qemu::Overrides;

use crate::harness::{BOTH, Context, Entry, Setup, Test};

/// The tests of this file.
pub const TESTS: &[Test] = &[
    Test { name: "entry_at_el1", limit: 30, profiles: BOTH, run: el1 },
    Test { name: "entry_at_el3", limit: 30, profiles: BOTH, run: el3 },
    Test { name: "entry_without_a_tree", limit: 30, profiles: BOTH, run: no_tree },
    Test { name: "entry_with_garbage_for_a_tree", limit: 30, profiles: BOTH, run: garbage },
];

/// A machine with these further arguments; it must say this.
fn says(context: &Context, extra: &[&str], entry: Entry, text: &str) -> Result<()> {
    let extra = extra.iter().map(|word| (*word).to_owned()).collect();
    let machine = Overrides { extra, ..Overrides::default() };
    let mut machine = context.boot(Setup { machine, entry, ..Setup::default() })?;
    match machine.wait_for(text) {
        // A panic is as good, if the text is in its line.
        Err(xtask::session::Failure::Panic { line }) if line.contains(text) => Ok(()),
        other => Ok(other?),
    }
}

fn el1(context: &Context) -> Result<()> {
    says(context, &["-machine", "virtualization=off"], Entry::Loader, "entered at EL1, but it needs EL2")
}

fn el3(context: &Context) -> Result<()> {
    says(context, &["-machine", "secure=on"], Entry::Raw, "entered at EL3, but it needs EL2")
}

/// 0 in x0.
fn no_tree(context: &Context) -> Result<()> {
    says(context, &[], Entry::Tree(0), "device tree")
}

/// RAM that nobody wrote to in x0.
fn garbage(context: &Context) -> Result<()> {
    says(context, &[], Entry::Tree(0x5000_0000), "device tree")
}
