//! The address under which a request is counted.

use std::net::{IpAddr, Ipv4Addr};

use crate::unknown_callers;

/// An address as its requests are counted ([`unknown_callers::network`]). All callers without one are counted together.
pub fn counted(address: Option<IpAddr>) -> IpAddr {
    address.map_or(Ipv4Addr::UNSPECIFIED.into(), unknown_callers::network)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_of_ipv6_is_one_caller() {
        let of = |text: &str| counted(text.parse().ok());
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:2"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_eq!(of("nobody"), counted(None));
    }
}
