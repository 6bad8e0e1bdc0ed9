// SPDX-License-Identifier: GPL-2.0-only
//! `ping`: whether a station answers.

use core::fmt::Write;

use kernel::time::{NS_PER_MS, NS_PER_SEC};

use crate::command::{Action, Command, Ctx, Kind, Param};
use crate::error::Error;

/// How long an answer is waited for, in ns.
const TIMEOUT_NS: u64 = NS_PER_SEC;
/// From a request to the next, in ns.
const INTERVAL_NS: u64 = 500 * NS_PER_MS;

/// `ping`
pub const COMMAND: Command = Command {
    name: "ping",
    summary: "ask a station of the network for an answer",
    actions: &[Action {
        name: "",
        params: &[Param::one("ADDRESS", Kind::Word), Param::optional("COUNT", Kind::Number)],
        json: false,
        summary: "send echo requests, and wait a second for each answer",
        help: "The hypervisor needs an address: see 'net'. COUNT is 4 if it is not given. Ctrl-C ends it.\n\
               It fails if no answer comes.",
        run,
    }],
};

fn run(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let to = super::net::ip("ADDRESS", ctx.arg(0).unwrap_or_default())?;
    let count = ctx.number(1).unwrap_or(4);
    let (mut sent, mut received) = (0u64, 0u64);
    while sent < count && !ctx.shell.interrupted() {
        if sent > 0 {
            ctx.shell.sleep_ns(INTERVAL_NS);
        }
        sent += 1;
        match host_net::ping(to, TIMEOUT_NS).map_err(Error::failed)? {
            Some(ns) => {
                received += 1;
                writeln!(
                    ctx,
                    "{to}: answer {sent} after {}.{:03} ms",
                    ns / NS_PER_MS,
                    ns % NS_PER_MS / 1000
                )?;
            }
            None => writeln!(ctx, "{to}: no answer to {sent}")?,
        }
    }
    writeln!(ctx, "{sent} sent, {received} answered")?;
    match received {
        0 => Err(Error::failed("no answer came")),
        _ => Ok(()),
    }
}
