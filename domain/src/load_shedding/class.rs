//! The class of a request's caller, and the kind of its body.

use actix_web::http::Method;
use base::worded::worded;

worded! {
    /// The class of a request. Classes are refused in this order while the database is slow; memory is counted for each
    /// separately, so that none uses up another's.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum RequestClass, word {
        /// Pages.
        Page = "page",
        /// The public API.
        Api = "api",
        /// Requests of messengers and customers.
        Messenger = "messenger",
        /// Installs, operators, and everything else: never refused because of load.
        Other = "other",
        /// amoCRM's hooks, each sent only once: never refused.
        Hook = "hook",
    }
}

impl RequestClass {
    /// By method and path.
    pub fn of(method: &Method, path: &str) -> Self {
        let brings = *method == Method::POST;
        match path.split('/').nth(1).unwrap_or_default() {
            "location" | "crm" if brings => Self::Hook,
            "hooks" => Self::Messenger,
            "chat" if brings => Self::Messenger,
            "api" => Self::Api,
            "panel" | "chat" | "widget" => Self::Page,
            _ => Self::Other,
        }
    }

    /// Whether it is served before the database is open: amoCRM's hooks go to the spool, and operators can see the
    /// state.
    pub(super) fn does_without_database(path: &str) -> bool {
        matches!(path.split('/').nth(1), Some("location" | "healthz" | "readyz" | "metrics" | "status" | "status.json"))
    }

    /// Its index in [`RequestClass::ALL`].
    pub(super) const fn index(self) -> usize {
        match self {
            Self::Page => 0,
            Self::Api => 1,
            Self::Messenger => 2,
            Self::Other => 3,
            Self::Hook => 4,
        }
    }

    /// Load of the database, in percent, from which it is refused.
    pub(super) const fn bound(self) -> usize {
        match self {
            Self::Page => 50,
            Self::Api => 70,
            Self::Messenger => 85,
            Self::Other | Self::Hook => usize::MAX,
        }
    }

    /// Percentage of the disk that must be free to accept it.
    pub(super) const fn disk(self) -> u8 {
        match self {
            Self::Api => 10,
            Self::Messenger => 5,
            Self::Page | Self::Other | Self::Hook => 0,
        }
    }

    /// Bytes of bodies in memory at once, for all callers of the class. The limits add up to 64 MiB.
    pub(super) const fn body_bytes(self) -> usize {
        const MIB: usize = 1024 * 1024;
        match self {
            Self::Page => 8 * MIB,
            Self::Api | Self::Messenger => 16 * MIB,
            Self::Other => 4 * MIB,
            Self::Hook => 20 * MIB,
        }
    }
}

/// How a body is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyKind {
    /// Forms, JSON and hooks: held in memory as a whole.
    Whole,
    /// Files: streamed through a buffer.
    File,
}

impl BodyKind {
    /// By path.
    pub fn of(path: &str) -> Self {
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        match parts.as_slice() {
            ["chat", _, "files"]
            | ["panel", "import"]
            | ["panel", "sources", _, "logo"]
            | ["api", "v1", "sources", _, "media" | "imports"] => Self::File,
            _ => Self::Whole,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_classified_by_method_and_path() {
        let of = |method, path| RequestClass::of(&method, path);
        assert_eq!(of(Method::POST, "/location/scope"), RequestClass::Hook);
        assert_eq!(of(Method::POST, "/crm/hooks/token"), RequestClass::Hook);
        assert_eq!(of(Method::GET, "/oauth/callback"), RequestClass::Other);
        assert_eq!(of(Method::GET, "/admin/queues"), RequestClass::Other);
        assert_eq!(of(Method::GET, "/metrics"), RequestClass::Other);
        assert_eq!(of(Method::POST, "/hooks/telegram/1"), RequestClass::Messenger);
        assert_eq!(of(Method::POST, "/chat/1/messages"), RequestClass::Messenger);
        assert_eq!(of(Method::GET, "/chat/1"), RequestClass::Page);
        assert_eq!(of(Method::GET, "/panel/messages"), RequestClass::Page);
        assert_eq!(of(Method::POST, "/widget/v1/session"), RequestClass::Page);
        assert_eq!(of(Method::POST, "/api/v1/sources/1/messages"), RequestClass::Api);
        for (index, class) in RequestClass::ALL.into_iter().enumerate() {
            assert_eq!(class.index(), index);
        }
        assert_eq!(RequestClass::ALL.map(RequestClass::body_bytes).iter().sum::<usize>(), 64 * 1024 * 1024);
    }

    #[test]
    fn uploads_of_files_are_distinguished_from_forms() {
        for path in [
            "/chat/1/files",
            "/panel/import",
            "/panel/sources/1/logo",
            "/api/v1/sources/1/media",
            "/api/v1/sources/1/imports",
        ] {
            assert_eq!(BodyKind::of(path), BodyKind::File, "{path}");
        }
        for path in ["/chat/1/messages", "/panel/import/1/begin", "/api/v1/imports/1/pause", "/files", "/", ""] {
            assert_eq!(BodyKind::of(path), BodyKind::Whole, "{path}");
        }
    }
}
