//! Options, which are Avito's wire, and its state: sellers, adverts, applications, and what was granted.

use std::collections::BTreeMap;

use crate::kit::{Id, State};

crate::kit::options!();

/// A seller with credentials of the API. If an id is taken, here and below, the next free number is used.
#[derive(Clone, Debug)]
pub struct NewSeller {
    pub id: i64,
    /// The name that buyers see.
    pub name: String,
    /// The seller's own credentials.
    pub client_id: String,
    pub client_secret: String,
}

impl Default for NewSeller {
    fn default() -> Self {
        Self {
            id: 94_235_311,
            name: "Мебель Акме".to_owned(),
            client_id: "AcmeClientId01234567".to_owned(),
            client_secret: "acme-client-secret-0123456789abcdef0".to_owned(),
        }
    }
}

#[derive(Clone, Debug)]
pub struct NewBuyer {
    pub id: i64,
    /// The name that the seller sees.
    pub name: String,
}

impl Default for NewBuyer {
    fn default() -> Self {
        Self { id: 77_001_122, name: "Мария".to_owned() }
    }
}

#[derive(Clone, Debug)]
pub struct NewItem {
    pub id: i64,
    /// The seller's id.
    pub seller: i64,
    pub title: String,
    /// With its currency, as shown.
    pub price: String,
}

impl NewItem {
    /// A sofa offered by this seller.
    pub fn of(seller: i64) -> Self {
        Self { id: 3_344_556_677, seller, title: "Диван синий".to_owned(), price: "30 000 ₽".to_owned() }
    }

    pub(super) fn url(&self) -> String {
        format!("https://avito.ru/moskva/mebel_i_interer/{}", self.id)
    }
}

/// A vendor's application, which sellers authorize (authorisation code flow).
#[derive(Clone, Debug)]
pub struct NewApp {
    /// The name shown to sellers on the consent page.
    pub name: String,
    pub client_id: String,
    pub client_secret: String,
    /// The address to which browsers return.
    pub redirect_uri: String,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Seller {
    pub(super) client_id: String,
    pub(super) client_secret: String,
    /// The subscription level includes the messenger's API.
    pub(super) has_level: bool,
}

/// What can be shown to get a right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GrantKind {
    Code,
    Access,
    Refresh,
}

/// The rights behind a code or a token.
#[derive(Clone, Debug)]
pub(super) struct Grant {
    pub(super) kind: GrantKind,
    pub(super) seller: Id,
    /// `None`: the seller's own credentials, which may do everything.
    pub(super) app: Option<String>,
    pub(super) scope: Vec<String>,
    /// In milliseconds.
    pub(super) expires_at: i64,
}

#[derive(Default)]
pub struct Own {
    pub(super) sellers: BTreeMap<Id, Seller>,
    pub(super) items: BTreeMap<Id, NewItem>,
    pub(super) apps: BTreeMap<String, NewApp>,
    /// By code or token.
    pub(super) grants: BTreeMap<String, Grant>,
}

/// The whole state. A seller is a line, a buyer a person; a chat's advert, and the seconds in which it was made and
/// changed, are in its `more`: `item`, `created`, `updated`.
pub(super) type Avito = State<Own>;
