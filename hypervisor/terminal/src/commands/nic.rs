// SPDX-License-Identifier: GPL-2.0-only
//! `nic`: the host's network devices.

use alloc::format;
use alloc::string::ToString;
use alloc::sync::Arc;

use io::net::nic::{self, Nic};

use crate::command::{Action, Command, Ctx, Kind, Param};
use crate::error::Error;
use crate::value::{Record, Table, Value};

const NIC: Param = Param::one("NIC", Kind::Word);

/// `nic`
pub const COMMAND: Command = Command {
    name: "nic",
    summary: "the host's network devices, as ports of virtual switches",
    actions: &[
        Action {
            name: "list",
            params: &[],
            json: true,
            summary: "list the devices, their links and ports",
            help: "LINK is known of devices that run only: those that are ports.",
            run: list,
        },
        Action {
            name: "show",
            params: &[NIC],
            json: true,
            summary: "show what a device has counted",
            help: "The counts are the driver's. 'unwanted' frames came while the device was no port.",
            run: show,
        },
        Action {
            name: "attach",
            params: &[NIC, Param::one("SWITCH", Kind::Word)],
            json: false,
            summary: "make a device a port of a switch",
            help: "The switch is made if there is none of the name. The device hears frames for all stations from then on.",
            run: attach,
        },
        Action {
            name: "detach",
            params: &[NIC],
            json: false,
            summary: "take a device off its switch",
            help: "It is closed, too.",
            run: detach,
        },
    ],
};

fn the_nic(ctx: &Ctx<'_>) -> Result<Arc<Nic>, Error> {
    nic::find(ctx.arg(0).unwrap_or_default()).map_err(Error::failed)
}

fn link(state: &nic::State) -> Value {
    match (state.up, state.link) {
        (false, _) => Value::Null,
        (true, true) => "up".into(),
        (true, false) => "down".into(),
    }
}

fn list(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let mut table = Table::new(&["NIC", "ADDRESS", "MTU", "LINK", "SWITCH"]);
    for nic in nic::list() {
        let state = nic.state();
        table.row([
            nic.name().to_string().into(),
            state.mac.to_string().into(),
            Value::Int(state.mtu.into()),
            link(&state),
            nic.port().map_or(Value::Null, |(switch, _)| switch.name().to_string().into()),
        ]);
    }
    ctx.show(table)
}

fn show(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let nic = the_nic(ctx)?;
    let (state, mut record) = (nic.state(), Record::new());
    let c = state.counters;
    record.set("link", link(&state));
    for (name, count) in [
        ("rx_frames", c.rx_frames),
        ("rx_bytes", c.rx_bytes),
        ("rx_errors", c.rx_errors),
        ("rx_dropped", c.rx_dropped),
        ("unwanted", nic.unwanted()),
        ("tx_frames", c.tx_frames),
        ("tx_bytes", c.tx_bytes),
        ("tx_errors", c.tx_errors),
        ("tx_dropped", c.tx_dropped),
    ] {
        record.set(name, Value::Int(count));
    }
    ctx.show(record)
}

fn attach(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let (nic, switch) = (the_nic(ctx)?, ctx.arg(1).unwrap_or_default().to_string());
    nic.attach(&switch).map_err(Error::failed)?;
    ctx.done(&format!("{} is a port of {switch}", nic.name()))
}

fn detach(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let nic = the_nic(ctx)?;
    nic.detach().map_err(Error::failed)?;
    ctx.done(&format!("{} is no port any more", nic.name()))
}

#[cfg(test)]
mod tests {
    use crate::fake::output;
    use alloc::sync::Arc;
    use io::Fault;
    use io::net::nic::{self, Counters, Hardware, State};
    use io::net::offload::Features;
    use io::net::port::Delivery;
    use io::net::{Frame, Mac};

    struct Card;

    impl Hardware for Card {
        fn transmit(&self, _: &Frame<'_>) -> Delivery {
            Delivery::Taken
        }
        fn features(&self) -> Features {
            Features::empty()
        }
        fn start(&self) -> Result<(), Fault> {
            Ok(())
        }
        fn stop(&self) {}
        fn state(&self) -> State {
            let counters = Counters { rx_frames: 7, ..Counters::default() };
            State { mac: Mac([2, 0, 0, 0, 0, 9]), mtu: 1500, up: true, link: true, counters }
        }
    }

    #[test]
    fn devices_are_shown_and_attached() {
        assert!(output("nic attach eth0 lan").contains("no such network device"));
        let nic = nic::register(Arc::new(Card));
        assert_eq!(output("nic attach eth0 nic-test"), "eth0 is a port of nic-test\n");
        let shown = output("nic list");
        let words = ["eth0", "02:00:00:00:00:09", "1500", "up", "nic-test"];
        assert!(shown.lines().nth(1).is_some_and(|line| line.split_whitespace().eq(words)), "{shown}");
        assert!(output("nic show eth0").contains("7"));
        assert!(output("nic attach eth0 other").contains("a port already"));
        assert!(output("switch ports nic-test").contains("eth0"));
        assert_eq!(output("nic detach eth0"), "eth0 is no port any more\n");
        assert!(output("nic detach eth0").contains("no port of a switch"));
        nic::unregister(&nic);
    }
}
