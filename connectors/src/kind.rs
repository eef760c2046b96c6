//! What distinguishes a kind of messenger beyond its abilities, as data available without a running connector.

/// A kind of messenger.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Its name in the API, the configuration and the database.
    pub name: &'static str,
    /// The messenger is the account's own server, called by signed webhooks. Parom generates their secret and keeps it
    /// when the account leaves, because it gives access to nothing else.
    pub own_server: bool,
    /// Customers write on pages that Parom serves and other sites embed.
    pub web_chat: bool,
    /// The link that opens a chat with a line of this name; none if there is none.
    pub deep_link: Option<fn(name: &str) -> String>,
    /// Our own icon for the messenger, as inline SVG; not the vendor's logo.
    pub mark: &'static str,
}
