// SPDX-License-Identifier: GPL-2.0-only
//! `net`: the hypervisor's own place in a network.

use alloc::format;
use alloc::string::ToString;

use host_net::{Ipv4Address, Ipv4Cidr, Mode};

use crate::command::{Action, Command, Ctx, Kind, Param};
use crate::error::Error;
use crate::value::{Record, Value};

/// `net`
pub const COMMAND: Command = Command {
    name: "net",
    summary: "the hypervisor's own address on a virtual switch",
    actions: &[
        Action {
            name: "show",
            params: &[],
            json: true,
            summary: "show at which switch the hypervisor is, and its address",
            help: "LOST counts frames that it had no room for.",
            run: show,
        },
        Action {
            name: "up",
            params: &[Param::one("SWITCH", Kind::Word)],
            json: false,
            summary: "attach the hypervisor to a switch, as port 'host'",
            help: "It has no address yet. It answers pings, and has no port open.",
            run: up,
        },
        Action {
            name: "down",
            params: &[],
            json: false,
            summary: "take the hypervisor off its switch",
            help: "",
            run: down,
        },
        Action {
            name: "address",
            params: &[Param::one("ADDRESS/PREFIX", Kind::Word), Param::optional("GATEWAY", Kind::Word)],
            json: false,
            summary: "give the hypervisor an address, such as 10.0.2.15/24",
            help: "GATEWAY is where all goes that is not in the network.",
            run: address,
        },
        Action {
            name: "dhcp",
            params: &[],
            json: false,
            summary: "ask for an address by DHCP, from now on",
            help: "'net show' says whether there is one. The log says it, too.",
            run: dhcp,
        },
    ],
};

fn show(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let status = host_net::status().map_err(Error::failed)?;
    let text = |value: Option<alloc::string::String>| value.map_or(Value::Null, Value::from);
    ctx.show(
        Record::new()
            .with("switch", status.switch)
            .with("mac", status.mac.to_string())
            .with("address", text(status.address.map(|address| address.to_string())))
            .with("gateway", text(status.gateway.map(|gateway| gateway.to_string())))
            .with(
                "mode",
                match status.mode {
                    Mode::None => "none",
                    Mode::Static => "static",
                    Mode::Dhcp { bound: true } => "dhcp",
                    Mode::Dhcp { bound: false } => "dhcp, no lease yet",
                },
            )
            .with("lost", Value::Int(status.lost)),
    )
}

fn up(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let switch = ctx.arg(0).unwrap_or_default().to_string();
    host_net::up(&switch).map_err(Error::failed)?;
    ctx.done(&format!("the hypervisor is at switch '{switch}'"))
}

fn down(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    host_net::down().map_err(Error::failed)?;
    ctx.done("the hypervisor is at no network")
}

fn address(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let word = ctx.arg(0).unwrap_or_default();
    let address: Ipv4Cidr = word.parse().map_err(|()| {
        Error::argument(
            "ADDRESS/PREFIX",
            word,
            "an address and the bits of its network, such as 10.0.2.15/24",
        )
    })?;
    let gateway = ctx.arg(1).map(|word| ip("GATEWAY", word)).transpose()?;
    host_net::set_address(address, gateway).map_err(Error::failed)?;
    ctx.done(&format!("the hypervisor has {address}"))
}

fn dhcp(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    host_net::use_dhcp().map_err(Error::failed)?;
    ctx.done("asking for an address")
}

/// An address that was typed.
pub(super) fn ip(name: &'static str, word: &str) -> Result<Ipv4Address, Error> {
    word.parse().map_err(|_| Error::argument(name, word, "an address such as 10.0.2.2"))
}
