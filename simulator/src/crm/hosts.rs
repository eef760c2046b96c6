//! The amoCRM host of a request: from the path prefix `/accounts/{host}`, or from the header `Host`.

use crate::crm::{core::Core, exchange::Incoming};

/// The kind of a host, by its first label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One account's own.
    Account,
    /// `api-…`: shared by many accounts, knows the new hosts of renamed accounts.
    Shared,
    /// `drive-…`, and `drive` itself, the default of SDKs: the files of many accounts.
    Drive,
    /// `www`: the public site with the consent page.
    Site,
}

/// A request's host, the rest of its path, and the base of links to the same host.
#[derive(Debug)]
pub(crate) struct Target<'a> {
    pub(crate) host: String,
    /// Without a trailing slash.
    pub(crate) base: String,
    pub(crate) rest: Vec<&'a str>,
}

/// The kind of a host. Labels of accounts never begin like this: `api-a`, `drive-b`.
pub(crate) fn kind(host: &str) -> Kind {
    let label = host.split('.').next().unwrap_or_default();
    let numbered = |prefix: &str| {
        label
            .strip_prefix(prefix)
            .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric()))
    };
    match label {
        "www" => Kind::Site,
        "drive" => Kind::Drive,
        _ if numbered("api-") => Kind::Shared,
        _ if numbered("drive-") => Kind::Drive,
        _ => Kind::Account,
    }
}

/// The parent domain of a host, `amocrm.ru` for `acme.amocrm.ru`.
pub(crate) fn domain(host: &str) -> &str {
    host.split_once('.').map_or("", |(_, domain)| domain)
}

/// Whether a text can be an account's host.
pub(crate) fn is_host(host: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    host.len() <= 200 && host.contains('.') && host.split('.').all(label)
}

impl<'a> Target<'a> {
    /// Reads the target of a request.
    pub(crate) fn of(core: &Core, request: &'a Incoming) -> Self {
        let mut rest = request.segments();
        if rest.first() == Some(&"accounts") && rest.len() > 1 {
            let host = rest.get(1).copied().unwrap_or_default().to_owned();
            rest.drain(..2);
            return Self { base: format!("{}/accounts/{host}", core.own_url()), host, rest };
        }
        let named = request.header("host");
        let host = named.rsplit_once(':').map_or(named, |(host, _)| host).to_ascii_lowercase();
        Self { base: format!("https://{host}"), host, rest }
    }

    /// The kind of the host.
    pub(crate) fn kind(&self) -> Kind {
        kind(&self.host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_a_host_follows_from_its_first_label() {
        for (host, wanted) in [
            ("acme.amocrm.ru", Kind::Account),
            ("api-a.amocrm.ru", Kind::Shared),
            ("drive-b.kommo.com", Kind::Drive),
            ("drive.amocrm.ru", Kind::Drive),
            ("www.amocrm.ru", Kind::Site),
            ("api-.amocrm.ru", Kind::Account),
            ("drive-my-shop.amocrm.ru", Kind::Account),
        ] {
            assert_eq!(kind(host), wanted, "{host}");
        }
    }
}
