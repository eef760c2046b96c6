//! Addresses of sites and pages as people type them.

use url::Url;

/// What was typed, with `https://` before the bare name of a site, `http://` before that of this computer; none if it is no
/// address on the web. The rest stays as it is written, with its markers.
pub fn typed(entered: &str) -> Option<String> {
    let entered = entered.trim();
    let place = entered.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = place.split_once(':').unwrap_or((place, "443"));
    let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let is_here = host == "localhost" || host.starts_with("127.");
    let is_bare = is_port && (is_here || host.contains('.')) && !host.contains(['@', '{']);
    let address = match (is_bare, is_here) {
        (true, true) => format!("http://{entered}"),
        (true, false) => format!("https://{entered}"),
        _ => entered.to_owned(),
    };
    let fits = Url::parse(&address).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
    fits.then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bare_name_of_a_site_is_an_address() {
        for (entered, address) in [
            (" shop.example/order ", "https://shop.example/order"),
            ("shop.example", "https://shop.example"),
            ("shop.example?at=10:30", "https://shop.example?at=10:30"),
            ("shop.example/{{lead.id}}", "https://shop.example/{{lead.id}}"),
            ("http://shop.example/a", "http://shop.example/a"),
            ("shop.example:8443/a", "https://shop.example:8443/a"),
            ("localhost:8000", "http://localhost:8000"),
            ("127.0.0.1:8000", "http://127.0.0.1:8000"),
        ] {
            assert_eq!(typed(entered).as_deref(), Some(address));
        }
        for entered in [
            "",
            "shop",
            "{{lead.cf.1}}",
            "anna@shop.example",
            "javascript:alert(1)",
            "shop example.com",
            "//a.b",
            "shop.example:",
            "shop.example:99999",
            "shop:8000",
        ] {
            assert_eq!(typed(entered), None, "{entered}");
        }
    }
}
