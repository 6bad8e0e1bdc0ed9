// SPDX-License-Identifier: GPL-2.0-only
//! `guest balloon`.

use super::guest;
use crate::command::Ctx;
use crate::error::Error;
use crate::value::{Record, Value, bytes};

/// How long a guest may take to answer, and how often that is looked at.
const PATIENCE_NS: u64 = 500_000_000;
const INTERVAL_NS: u64 = 5_000_000;
/// What is shown of what a guest says of its memory: the numbers behind those of swapping and of faults.
const NAMES: [&str; 4] = ["free", "total", "available", "caches"];

pub(super) fn run(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let guest = guest(ctx)?;
    let Some(balloon) = emulators::find_balloon(guest.name()) else {
        let expected = "a guest whose device tree has a virtio device of the kind balloon";
        return Err(Error::argument("GUEST", guest.name(), expected));
    };
    if let Some(keep) = ctx.number(1) {
        if keep == 0 || keep > balloon.ram() {
            let found = ctx.arg(1).unwrap_or_default();
            let expected = alloc::format!("at most its RAM, {}", bytes(balloon.ram()));
            return Err(Error::argument("SIZE", found, expected));
        }
        balloon.set_target(keep);
        return ctx.done("the guest is asked");
    }
    let before = balloon.updates();
    let end = ctx.shell.now_ns().saturating_add(PATIENCE_NS);
    if balloon.ask() {
        while balloon.updates() == before && ctx.shell.now_ns() < end && !ctx.shell.interrupted() {
            ctx.shell.sleep_ns(INTERVAL_NS);
        }
    }
    let [wanted, given, _] = balloon.bytes();
    let mut record = Record::new();
    record.set("ram", Value::Bytes(balloon.ram()));
    record.set("wanted", Value::Bytes(wanted));
    record.set("given", Value::Bytes(given));
    for (name, number) in NAMES.into_iter().zip(balloon.statistics().into_iter().skip(4)) {
        record.set(name, number.map_or(Value::Null, Value::Bytes));
    }
    ctx.show(record)
}
