//! Scopes of API keys.

/// What a key may do; each scope includes the ones before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Read-only.
    Read,
    /// Also writes messages, statuses, sources and dead letters.
    #[default]
    Write,
    /// Also exports and erases customers' data, and changes accounts (a vendor key).
    Admin,
}

impl Scope {
    /// Its name on the wire and in the table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }

    /// Parses a name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Read, Self::Write, Self::Admin].into_iter().find(|scope| scope.name() == name)
    }
}
