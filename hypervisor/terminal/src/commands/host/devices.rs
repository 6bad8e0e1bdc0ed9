// SPDX-License-Identifier: GPL-2.0-only
//! `host devices` and `host dt`.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::ControlFlow;

use kernel::device::{self, Device, State};
use kernel::dt::{self, Fdt, Node};

use crate::command::Ctx;
use crate::error::Error;
use crate::value::{Table, Value, clean};

/// Ranges and interrupts shown of one device.
const MOST: usize = 4;

pub(super) fn devices(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let fdt = tree()?;
    ctx.show(table(fdt, &device::list()))
}

fn tree() -> Result<Fdt<'static>, Error> {
    dt::tree().ok_or_else(|| Error::failed("the host's device tree was not read"))
}

/// The nodes that are devices: available, with `compatible` and `reg`, or known to a driver.
fn table(fdt: Fdt<'_>, known: &[Device]) -> Table {
    let mut table = Table::new(&["NODE", "COMPATIBLE", "REGISTERS", "IRQS", "DRIVER", "STATE"]);
    let _: Option<()> = dt::walk(fdt, &mut |node| {
        let path = format!("{node}");
        let driver = known.iter().find(|d| d.path == path);
        let compatible = node.texts("compatible").next();
        let device = compatible.is_some()
            && node.property("reg").is_some()
            && node.property("device_type") != Some(b"cpu\0");
        if driver.is_some() || (device && node.available()) {
            let state = match driver.map(|d| &d.state) {
                Some(State::Bound) => Value::from("bound"),
                Some(State::Failed(why)) => Value::from(format!("failed: {why}")),
                Some(State::Deferred(why)) => Value::from(format!("waits: {why}")),
                Some(State::Unbound) => Value::from("unbound"),
                None => Value::Null,
            };
            table.row([
                path.into(),
                compatible.into(),
                Value::List(registers(node)),
                Value::List(interrupts(node)),
                driver.map(|d| d.driver.as_ref()).into(),
                state,
            ]);
        }
        ControlFlow::Continue(())
    });
    table
}

fn registers(node: &Node<'_>) -> Vec<Value> {
    (0..node.reg_count().unwrap_or(0).min(MOST))
        .filter_map(|n| node.reg(n).ok())
        .map(|r| Value::from(format!("{:#x}+{:#x}", r.base.0, r.size)))
        .collect()
}

fn interrupts(node: &Node<'_>) -> Vec<Value> {
    (0..MOST).map_while(|n| node.interrupt(n).ok()).map(|i| i.intid.into()).collect()
}

pub(super) fn dt(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let fdt = tree()?;
    let Some(path) = ctx.arg(0).map(String::from) else {
        crate::dts::tree(ctx, fdt)?;
        return Ok(());
    };
    let Some(node) = dt::find_path(fdt, &path) else {
        return Err(Error::argument(
            "PATH",
            clean(&path),
            "the path of a node, or an alias (Tab lists them)",
        ));
    };
    // The tree library's own node, which prints itself: found by the full path, with unit addresses.
    let full = node.to_string();
    let node = fdt.find_node(&full).ok_or_else(|| Error::failed(format!("node {} is gone", clean(&full))))?;
    crate::dts::node(ctx, node)?;
    Ok(())
}
