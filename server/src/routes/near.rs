//! Who may call the operators' routes on the public port.

use std::net::IpAddr;

use actix_web::guard::GuardContext;
use actix_web::http::header::HeaderMap;
use actix_web::web;
use ipnet::IpNet;

use crate::app::App;

/// Whether the peer is on this machine or a trusted proxy, and does not forward another client's request.
pub fn is_near(context: &GuardContext<'_>) -> bool {
    let head = context.head();
    let Some(app) = context.app_data::<web::Data<App>>() else { return false };
    is_own_call(head.peer_addr.map(|peer| peer.ip()), &app.config.server.trusted_proxies, head.headers())
}

fn is_own_call(peer: Option<IpAddr>, proxies: &[IpNet], headers: &HeaderMap) -> bool {
    const SPEAKS_FOR: [&str; 4] = ["x-forwarded-for", "forwarded", "x-real-ip", "via"];
    let peer = peer.map(|peer| peer.to_canonical());
    let near = peer.is_some_and(|peer| peer.is_loopback() || proxies.iter().any(|net| net.contains(&peer)));
    near && !SPEAKS_FOR.iter().any(|name| headers.contains_key(*name))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn l3_operators_routes_are_open_to_this_machine_and_to_proxies_themselves() {
        let proxies: Vec<IpNet> = vec!["10.89.77.0/24".parse().unwrap()];
        let own = |peer: &str, header: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            if let Some(name) = header {
                headers.insert(HeaderName::from_static(name), HeaderValue::from_static("192.0.2.1"));
            }
            is_own_call(peer.parse().ok(), &proxies, &headers)
        };
        for near in ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.89.77.5"] {
            assert!(own(near, None), "{near}");
            assert!(!own(near, Some("x-forwarded-for")) && !own(near, Some("via")), "{near}");
        }
        for far in ["192.0.2.1", "10.89.78.5", "2001:db8::1", "nowhere"] {
            assert!(!own(far, None), "{far}");
        }
    }
}
