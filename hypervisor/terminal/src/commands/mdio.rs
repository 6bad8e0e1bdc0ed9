// SPDX-License-Identifier: GPL-2.0-only
//! `mdio`: Ethernet PHYs.

use alloc::format;
use alloc::string::String;

use io::mdio::{self, Link};

use crate::command::{Action, Command, Ctx};
use crate::error::Error;
use crate::value::{Table, Value};

/// `mdio`
pub const COMMAND: Command = Command {
    name: "mdio",
    summary: "Ethernet PHYs and the MDIO buses that they are on",
    actions: &[Action {
        name: "list",
        params: &[],
        json: true,
        summary: "list the devices on MDIO buses, with their links",
        help: "ID is the maker's and model's number, of registers 2 and 3. LINK is as the PHY's driver saw it last: drivers\n\
               look at each change that the PHY reports, or each second, while the network device that uses it is up.",
        run: list,
    }],
};

fn list(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let mut table = Table::new(&["BUS", "ADDRESS", "ID", "DRIVER", "USER", "INTERFACE", "STATE", "LINK"]);
    for phy in mdio::list() {
        table.row([
            phy.bus.into(),
            u64::from(phy.address).into(),
            phy.id.map_or_else(|| "-".into(), |id| format!("{id:08x}")).into(),
            phy.driver.unwrap_or_else(|| "-".into()).into(),
            phy.user.unwrap_or_else(|| "-".into()).into(),
            phy.interface.into(),
            phy.state.into(),
            Value::from(link(phy.link)),
        ]);
    }
    ctx.show(table)
}

fn link(link: Option<Link>) -> String {
    let Some(Link { speed, full_duplex }) = link else { return "down".into() };
    let duplex = if full_duplex { "full" } else { "half" };
    speed.map_or_else(|| "up".into(), |speed| format!("{speed} Mbit/s {duplex}"))
}

#[cfg(test)]
mod tests {
    use io::mdio::{Link, Phy, Source, register};

    struct One;

    impl Source for One {
        fn devices(&self) -> Vec<Phy> {
            let link = Some(Link { speed: Some(100), full_duplex: true });
            let phy = |address, link| Phy {
                bus: "stmmac-0".into(),
                address,
                id: Some(0x0044_1400),
                driver: Some("Generic PHY".into()),
                user: Some("eth0".into()),
                interface: "mii".into(),
                state: "running",
                link,
            };
            vec![phy(1, link), phy(2, None)]
        }
    }

    #[test]
    fn links_are_shown() {
        register(&One);
        let shown = crate::fake::output("mdio list");
        assert!(shown.contains("00441400") && shown.contains("100 Mbit/s full"), "{shown}");
        assert!(shown.contains("down") && shown.contains("eth0"), "{shown}");
    }
}
