// SPDX-License-Identifier: GPL-2.0-only
//! What can be done to a guest as a whole, and the list of guests.

use alloc::format;
use alloc::string::String;

use vmm::guest::{Guest, LifecycleError};
use vmm::manager;

use super::{guest, unknown};
use crate::command::Ctx;
use crate::error::Error;
#[cfg(feature = "devices")]
use crate::files;
use crate::value::{Table, Value};

pub(super) fn list(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let mut table = Table::new(&["NAME", "STATE", "VCPUS", "RAM", "TIME", "EXITS", "REASON"]);
    let guests = manager::list();
    for guest in &guests {
        table.row(row(guest));
    }
    for name in manager::in_bundle() {
        if !guests.iter().any(|g| g.name() == name) {
            table.row([name.into(), "not created".into()]);
        }
    }
    ctx.show(table)
}

fn row(guest: &Guest) -> [Value; 7] {
    let (state, reason) = guest.state();
    let threads = guest.vcpus().iter().filter_map(|v| v.thread());
    [
        guest.name().into(),
        format!("{state}").into(),
        guest.vcpus().len().into(),
        Value::Bytes(guest.config().memory.iter().map(|r| r.size()).sum()),
        Value::Nanos(threads.map(|t| t.runtime_ns()).sum()),
        guest.vcpus().iter().map(|v| v.exits.total()).sum::<u64>().into(),
        if reason.is_empty() { Value::Null } else { reason.into() },
    ]
}

pub(super) fn create(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let name = name(ctx);
    #[cfg(feature = "devices")]
    if files::is_path(&name) {
        let guest = files::create(&name).map_err(Error::failed)?;
        return ctx.done(&format!("{} created", guest.name()));
    }
    let guest = manager::create(&name).map_err(Error::failed)?;
    ctx.done(&format!("{} created", guest.name()))
}

pub(super) fn destroy(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let name = name(ctx);
    manager::destroy(&name).map_err(|error| match error {
        manager::Error::NoGuest(name) => unknown(&name),
        other => Error::failed(other),
    })?;
    ctx.done(&format!("{name} destroyed"))
}

pub(super) fn start(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    change(ctx, Guest::start, "started")
}

pub(super) fn stop(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    change(ctx, Guest::stop, "stopped")
}

pub(super) fn pause(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    change(ctx, Guest::pause, "paused")
}

pub(super) fn resume(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    change(ctx, Guest::resume, "resumed")
}

pub(super) fn reset(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    change(ctx, Guest::reset, "reset")
}

fn change(
    ctx: &mut Ctx<'_>,
    operation: fn(&Guest) -> Result<(), LifecycleError>,
    done: &str,
) -> Result<(), Error> {
    let guest = guest(ctx)?;
    operation(&guest).map_err(Error::failed)?;
    ctx.done(&format!("{} {done}", guest.name()))
}

fn name(ctx: &Ctx<'_>) -> String {
    String::from(ctx.arg(0).unwrap_or_default())
}
