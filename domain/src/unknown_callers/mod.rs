//! Rate limits of unknown callers' writes, by address and in memory, applied before anything is read or written.
//!
//! Each process counts separately: a shared count would itself cause the writes that the limit prevents.

use std::net::{IpAddr, Ipv6Addr};

use base::rate_limit::{Budget, Daily, RateLimiter};
use uuid::Uuid;

/// Addresses tracked.
const ADDRESSES: u64 = 100_000;
/// Bytes a day stored of unreadable calls, for each source of a messenger and each account's hooks.
const UNREADABLE: u64 = 32 * 1024 * 1024;

/// Requests of unknown callers that cause writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnknownCallerAct {
    /// Tries a one-time link, at the panel or the admin.
    Link,
    /// Tries a password or a code, or asks for a link. Logins are counted too ([`crate::identity::throttle`]).
    SignIn,
    /// Begins an installation in a browser. Nothing is stored, but signed.
    Install,
    /// Claims, as amoCRM's install call does, that an account installed the integration, or returns from its consent page.
    InstallCall,
    /// [`UnknownCallerAct::InstallCall`] from an address whose earlier calls were genuine.
    KnownInstallCall,
    /// Returns from an installation that matches none, or with an invalid result.
    OddCall,
    /// Reads the status page.
    Status,
}

impl UnknownCallerAct {
    /// The burst and the interval in milliseconds.
    const fn budget(self) -> Budget {
        match self {
            Self::Link => Budget { at_once: 20, each: 6_000 },
            Self::SignIn => Budget { at_once: 100, each: 1_000 },
            // A vendor's office installs for many accounts in a row.
            Self::Install => Budget { at_once: 60, each: 2_000 },
            // Each leaves up to two rows.
            Self::InstallCall => Budget { at_once: 15, each: 10_000 },
            // amoCRM calls for all its accounts from few addresses.
            Self::KnownInstallCall => Budget { at_once: 300, each: 200 },
            Self::OddCall => Budget { at_once: 10, each: 60_000 },
            // Programs that watch it ask often, from one address.
            Self::Status => Budget { at_once: 60, each: 1_000 },
        }
    }
}

/// The counts of this process.
pub struct UnknownCallers {
    limits: RateLimiter<(IpAddr, UnknownCallerAct)>,
    unreadable: Daily<Uuid>,
    notices: RateLimiter<Uuid>,
}

impl Default for UnknownCallers {
    fn default() -> Self {
        Self {
            limits: RateLimiter::new(ADDRESSES),
            unreadable: Daily::new(ADDRESSES),
            notices: RateLimiter::new(ADDRESSES),
        }
    }
}

impl UnknownCallers {
    /// Counts an action of an address; the error holds the seconds until the next is allowed. A caller without an
    /// address (a unit test) is not counted.
    pub async fn pace(&self, address: Option<IpAddr>, act: UnknownCallerAct, now: i64) -> Result<(), i64> {
        let Some(address) = address else { return Ok(()) };
        let paced = self.limits.take((network(address), act), act.budget(), now).await;
        paced.map_err(|millis| {
            metrics::counter!("parom_strangers_refused_total").increment(1);
            (millis + 999) / 1000
        })
    }

    /// Whether amoCRM is asked at once about a signed notice that an account removed the integration. All of amoCRM's
    /// notices come from few addresses, each once, so they are counted by account: a replayed one is answered, and
    /// amoCRM is asked later.
    pub async fn asks_at_once(&self, tenant_id: Uuid, now: i64) -> bool {
        self.notices.take(tenant_id, Budget { at_once: 3, each: 60_000 }, now).await.is_ok()
    }

    /// Whether unreadable bytes of a source or an account are still kept for inspection.
    pub async fn keeps_unreadable(&self, whose: Uuid, bytes: usize, now: i64) -> bool {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.unreadable.add(whose, bytes, UNREADABLE, now).await.is_ok()
    }
}

/// An address as counted: an IPv6 user has 2⁶⁴ of them, and an IPv4 address may be written as IPv6.
pub fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(inside) => inside.into(),
            None => {
                let [a, b, c, d, ..] = address.segments();
                Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
            }
        },
        address => address,
    }
}

/// [`network`] for callers that take turns: a whole site of IPv6 networks (/48) counts as one.
pub fn site(address: IpAddr) -> IpAddr {
    match network(address) {
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0).into()
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Option<IpAddr> {
        text.parse().ok()
    }

    #[tokio::test]
    async fn a_network_is_one_stranger_and_acts_are_counted_apart() {
        let strangers = UnknownCallers::default();
        for number in 0..20 {
            let address = at(&format!("2001:db8::{number:x}"));
            assert_eq!(strangers.pace(address, UnknownCallerAct::Link, 0).await, Ok(()));
        }
        assert_eq!(strangers.pace(at("2001:db8::ffff"), UnknownCallerAct::Link, 0).await, Err(6));
        assert_eq!(strangers.pace(at("2001:db8::ffff"), UnknownCallerAct::Install, 0).await, Ok(()));
        assert_eq!(strangers.pace(at("2001:db8:0:1::1"), UnknownCallerAct::Link, 0).await, Ok(()));
        assert_eq!(strangers.pace(at("2001:db8::1"), UnknownCallerAct::Link, 6_000).await, Ok(()));
        assert_eq!(site("2001:db8:0:1::1".parse().unwrap()), at("2001:db8::").unwrap());
        assert_eq!(network("::ffff:192.0.2.7".parse().unwrap()), at("192.0.2.7").unwrap());
    }
}
