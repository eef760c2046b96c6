//! The places of sealed values. Sealing and decrypting require a place, and re-encryption goes through all places, so a
//! new sealed column cannot be forgotten.

/// Type of a key column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyColumnType {
    Uuid,
    Number,
    Text,
}

/// Storage of a sealed value in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnStorage {
    /// Bytes; empty or NULL: no value.
    Bytes,
    /// Base64 text; empty: no value.
    Base64,
}

/// The table of a place. Its primary key is `tenant_id` followed by `keys`; a value is bound to the texts of these
/// keys, joined by line feeds.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    pub name: &'static str,
    /// The primary key after `tenant_id`.
    pub keys: &'static [(&'static str, KeyColumnType)],
    pub columns: &'static [&'static str],
    pub kept: ColumnStorage,
    /// Values are bound to the vendor, whatever account the row belongs to.
    pub of_vendor: bool,
}

/// Declares the places and the list of all of them.
macro_rules! places {
    ($($(#[$doc:meta])* $name:ident = $kind:literal,)*) => {
        /// One kind of sealed value.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Place {
            $($(#[$doc])* $name,)*
        }

        impl Place {
            /// All places.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name that values of this place are bound to; never change one, or its values can no longer be
            /// decrypted.
            pub const fn kind(self) -> &'static str {
                match self {
                    $(Self::$name => $kind,)*
                }
            }
        }
    };
}

places! {
    OauthAccess = "oauth_access",
    /// The newest refresh token and the previous one.
    OauthRefresh = "oauth_refresh",
    InstallCall = "install_call",
    /// An integration of the vendor with all its secrets.
    Integration = "integration",
    CrmSubscription = "crm_subscription",
    /// The secret of an account's webhook for alerts.
    AlertWebhook = "alert_webhook",
    /// A browser's subscription for alerts.
    AlertDevice = "alert_device",
    /// The key by which push services recognise this server.
    PushKey = "push_key",
    /// Addresses of visitors who get answers by e-mail.
    ChatEmail = "chat_email",
    SourceNotice = "source_notice",
    SourceSecrets = "source_secrets",
    /// What a job needs and no other row has.
    Job = "job",
    /// Answers to requests with an `Idempotency-Key`.
    Idempotency = "idempotency",
    MediaOrigin = "media_origin",
    Totp = "totp",
    Session = "session",
    /// A session's one-time notice: it may contain a link or a key.
    Notice = "notice",
    /// Replaced keys, for links that they signed.
    VaultKey = "vault_key",
}

const ID: &[(&str, KeyColumnType)] = &[("id", KeyColumnType::Uuid)];
const OF_GRANT: &[(&str, KeyColumnType)] = &[("crm_user_id", KeyColumnType::Number)];

impl Place {
    /// Where values of this place are stored.
    pub const fn table(self) -> Table {
        let plain = Table { name: "", keys: ID, columns: &[], kept: ColumnStorage::Bytes, of_vendor: false };
        match self {
            Self::OauthAccess => Table { name: "oauth_grant", keys: OF_GRANT, columns: &["access_token"], ..plain },
            Self::OauthRefresh => Table {
                name: "oauth_grant",
                keys: OF_GRANT,
                columns: &["refresh_token", "previous_refresh_token"],
                ..plain
            },
            Self::InstallCall => Table { name: "install_call", columns: &["code"], of_vendor: true, ..plain },
            Self::Integration => Table {
                name: "integration",
                keys: &[("name", KeyColumnType::Text)],
                columns: &["body"],
                of_vendor: true,
                ..plain
            },
            Self::CrmSubscription => Table { name: "crm_subscription", keys: &[], columns: &["destination"], ..plain },
            Self::AlertWebhook => Table { name: "alert_webhook", keys: &[], columns: &["secret"], ..plain },
            Self::AlertDevice => Table { name: "alert_device", columns: &["subscription"], ..plain },
            Self::PushKey => Table { name: "push_key", keys: &[], columns: &["secret"], ..plain },
            Self::ChatEmail => Table {
                name: "chat_email",
                keys: &[("conversation_id", KeyColumnType::Uuid)],
                columns: &["address"],
                ..plain
            },
            Self::SourceNotice => Table {
                name: "source_notice",
                keys: &[("source_id", KeyColumnType::Uuid)],
                columns: &["access"],
                ..plain
            },
            Self::SourceSecrets => Table { name: "source", columns: &["secrets"], ..plain },
            Self::Job => Table {
                name: "job",
                keys: &[("kind", KeyColumnType::Text), ("key", KeyColumnType::Text)],
                columns: &["sealed"],
                ..plain
            },
            Self::Idempotency => Table {
                name: "idempotency",
                keys: &[("key_id", KeyColumnType::Uuid), ("route", KeyColumnType::Text), ("key", KeyColumnType::Text)],
                columns: &["answer"],
                kept: ColumnStorage::Base64,
                ..plain
            },
            Self::MediaOrigin => Table { name: "media", columns: &["origin"], ..plain },
            Self::Totp => Table { name: "person", columns: &["totp_secret"], of_vendor: true, ..plain },
            Self::Session => Table { name: "session", columns: &["data"], ..plain },
            Self::Notice => Table { name: "session", columns: &["notice"], kept: ColumnStorage::Base64, ..plain },
            Self::VaultKey => Table {
                name: "vault_key",
                keys: &[("id", KeyColumnType::Text)],
                columns: &["sealed"],
                of_vendor: true,
                ..plain
            },
        }
    }
}
