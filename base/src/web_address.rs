//! Addresses of sites and pages as people type them.

use url::Url;

/// What was typed, with `https://` before the bare name of a site; none if it is no address on the web. The rest stays as it
/// is written, with its markers.
pub fn typed(entered: &str) -> Option<String> {
    let entered = entered.trim();
    let host = entered.split(['/', '?', '#']).next().unwrap_or_default();
    let is_bare = host.contains('.') && !host.contains([':', '@', '{']);
    let address = if is_bare { format!("https://{entered}") } else { entered.to_owned() };
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
        ] {
            assert_eq!(typed(entered).as_deref(), Some(address));
        }
        for entered in
            ["", "shop", "{{lead.cf.1}}", "anna@shop.example", "javascript:alert(1)", "shop example.com", "//a.b"]
        {
            assert_eq!(typed(entered), None, "{entered}");
        }
    }
}
