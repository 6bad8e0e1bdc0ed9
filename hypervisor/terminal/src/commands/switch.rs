// SPDX-License-Identifier: GPL-2.0-only
//! `switch`: virtual switches between guests.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use io::net::port::DROPS;
use io::net::switch::{self, Mirror};
use io::net::vlan::Vlans;
use io::net::{Port, Switch};
use kernel::time::NS_PER_SEC;

use crate::command::{Action, Command, Ctx, Kind, Param};
use crate::error::Error;
use crate::value::{Table, Value};

const SWITCH: Param = Param::one("SWITCH", Kind::Word);
/// The longest time that stations can be known without being heard: about as long as Linux's bridge allows.
const LONGEST: u64 = 1_000_000;

/// `switch`
pub const COMMAND: Command = Command {
    name: "switch",
    summary: "virtual switches between guests",
    actions: &[
        Action {
            name: "list",
            params: &[],
            json: true,
            summary: "list the switches",
            help: "A switch is there from the first guest on whose device tree script names it.",
            run: list,
        },
        Action {
            name: "ports",
            params: &[SWITCH],
            json: true,
            summary: "show the ports of a switch, and what has passed",
            help: "IN is what the device at the port sent, OUT what it took. DROPPED says why frames went no further there:\n\
                   'no_room' is the receiver's, all others are the sender's.",
            run: ports,
        },
        Action {
            name: "stations",
            params: &[SWITCH],
            json: true,
            summary: "show which addresses are behind which ports",
            help: "",
            run: stations,
        },
        Action {
            name: "forget",
            params: &[SWITCH],
            json: false,
            summary: "forget the addresses that were learnt",
            help: "",
            run: forget,
        },
        Action {
            name: "ageing",
            params: &[SWITCH, Param::one("SECONDS", Kind::Number)],
            json: false,
            summary: "set how long an address is known without being heard",
            help: "300 at first.",
            run: ageing,
        },
        Action {
            name: "mirror",
            params: &[
                SWITCH,
                Param::one("TO", Kind::Word),
                Param::optional("DIRECTION", Kind::Choice(&["both", "in", "out"])),
                Param::any("PORT", Kind::Word),
            ],
            json: false,
            summary: "have a port see copies of the frames of others",
            help: "TO is the port that sees them, and nothing else from then on; 'off' ends it. The ports are all others if none\n\
                   is given.",
            run: mirror,
        },
    ],
};

fn the_switch(ctx: &Ctx<'_>) -> Result<Arc<Switch>, Error> {
    switch::find(ctx.arg(0).unwrap_or_default()).map_err(Error::failed)
}

fn list(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let mut table = Table::new(&["SWITCH", "PORTS", "STATIONS", "AGEING", "MIRROR"]);
    for switch in switch::list() {
        let mirror = switch.mirror().map(|mirror| mirror.to);
        table.row([
            switch.name().to_string().into(),
            Value::Int(switch.ports().len() as u64),
            Value::Int(switch.stations().len() as u64),
            Value::Nanos(switch.ageing_ns()),
            mirror.map_or(Value::Null, Value::from),
        ]);
    }
    ctx.show(table)
}

fn vlans(port: &Port) -> Value {
    match &port.config().vlans {
        Vlans::Transparent => Value::Null,
        Vlans::Access(vid) => Value::Str(vid.to_string().into()),
        Vlans::Trunk { tagged, native } => {
            let ranges = tagged.iter().map(|range| format!("{}-{}", range.start(), range.end()));
            let native = native.iter().map(|vid| format!("{vid} untagged"));
            Value::Str(native.chain(ranges).collect::<Vec<String>>().join(", ").into())
        }
    }
}

fn ports(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let mut table =
        Table::new(&["PORT", "VLANS", "ISOLATED", "IN", "BYTES_IN", "OUT", "BYTES_OUT", "DROPPED"]);
    for port in the_switch(ctx)?.ports() {
        let counts = port.statistics();
        let dropped = DROPS.iter().zip(counts.dropped).filter(|(_, count)| *count > 0);
        let dropped: Vec<_> = dropped.map(|((_, name), count)| format!("{count} {name}")).collect();
        table.row([
            port.name().to_string().into(),
            vlans(&port),
            port.config().isolated.into(),
            Value::Int(counts.frames_in),
            Value::Bytes(counts.bytes_in),
            Value::Int(counts.frames_out),
            Value::Bytes(counts.bytes_out),
            if dropped.is_empty() { Value::Null } else { dropped.join(", ").into() },
        ]);
    }
    ctx.show(table)
}

fn stations(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let switch = the_switch(ctx)?;
    let ports = switch.ports();
    let mut table = Table::new(&["ADDRESS", "VLAN", "PORT", "AGE"]);
    for station in switch.stations() {
        let port = ports.iter().find(|port| port.index() == station.port);
        table.row([
            station.mac.to_string().into(),
            if station.vid == 0 { Value::Null } else { Value::Int(station.vid.into()) },
            port.map_or(Value::Null, |port| port.name().to_string().into()),
            station.age_ns.map_or(Value::Null, Value::Nanos),
        ]);
    }
    ctx.show(table)
}

fn forget(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let count = the_switch(ctx)?.forget_stations();
    ctx.done(&format!("{count} addresses forgotten"))
}

fn ageing(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let seconds = ctx.number(1).unwrap_or_default();
    if !(1..=LONGEST).contains(&seconds) {
        return Err(Error::argument("SECONDS", ctx.arg(1).unwrap_or_default(), "1 to 1000000"));
    }
    the_switch(ctx)?.set_ageing(seconds * NS_PER_SEC);
    ctx.done(&format!("addresses are known for {seconds} s"))
}

fn mirror(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let switch = the_switch(ctx)?;
    let to = ctx.arg(1).unwrap_or_default();
    if to == "off" {
        switch.set_mirror(None).map_err(Error::failed)?;
        return ctx.done("no port sees the others' frames any more");
    }
    let direction = ctx.arg(2).unwrap_or("both");
    let mirror = Mirror {
        to: to.to_string(),
        of: ctx.args().iter().skip(3).map(|name| name.to_string()).collect(),
        incoming: direction != "out",
        outgoing: direction != "in",
    };
    switch.set_mirror(Some(&mirror)).map_err(Error::failed)?;
    ctx.done(&format!("{} sees the others' frames", mirror.to))
}

#[cfg(test)]
mod tests {
    use crate::fake::output;
    use alloc::string::ToString;
    use alloc::sync::Arc;
    use io::net::frame::Bytes;
    use io::net::offload::Offload;
    use io::net::port::{Delivery, PortConfig};
    use io::net::vlan::Vlans;
    use io::net::{Endpoint, Frame, switch};

    struct Nobody;

    impl Endpoint for Nobody {
        fn deliver(&self, _: &Frame<'_>) -> Delivery {
            Delivery::NoRoom
        }
    }

    #[test]
    fn switches_are_shown_and_set() {
        assert!(output("switch ports nowhere").contains("no switch 'nowhere'"));
        let lan = switch::find_or_make("lan");
        let trunk = Vlans::Trunk { tagged: [10..=19].to_vec(), native: Some(5) };
        let attach = |name: &str, vlans| {
            lan.attach(PortConfig { vlans, ..PortConfig::new(name) }, Arc::new(Nobody)).unwrap()
        };
        let (first, _) = (attach("a/net0", Vlans::Access(10)), attach("b/net0", trunk));
        let bytes = [&[0xff; 6][..], &[2, 0, 0, 0, 0, 1], &[8, 0, 1, 2, 3]].concat();
        lan.transmit(&first, &Frame::new(Bytes::Own(&bytes), Offload::default()).unwrap());
        let shown = output("switch ports lan");
        let lines: Vec<Vec<&str>> = shown.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(lines[1], ["a/net0", "10", "no", "1", "17", "B", "0", "0", "-"], "{shown}");
        assert_eq!(lines[2][1..4], ["5", "untagged,", "10-19"], "{shown}");
        assert_eq!(lines[2][lines[2].len() - 2..], ["1", "no_room"], "{shown}");
        let shown = output("switch stations lan");
        assert!(shown.contains("02:00:00:00:00:01") && shown.contains("a/net0"), "{shown}");
        assert!(output("switch list").contains("lan"));
        assert_eq!(output("switch forget lan"), "1 addresses forgotten\n");
        assert!(output("switch ageing lan 0").contains("1 to 1000000"));
        output("switch ageing lan 20");
        assert_eq!(lan.ageing_ns(), 20_000_000_000);
        assert!(output("switch mirror lan c/net0").contains("there is no such port"));
        output("switch mirror lan b/net0 in a/net0");
        let mirror = lan.mirror().unwrap();
        assert_eq!((mirror.to, mirror.of), ("b/net0".to_string(), ["a/net0".to_string()].to_vec()));
        assert!(mirror.incoming && !mirror.outgoing);
        output("switch mirror lan off");
        assert!(lan.mirror().is_none());
    }
}
