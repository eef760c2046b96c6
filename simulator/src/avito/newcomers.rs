//! Creates sellers, buyers, adverts and applications.

use std::collections::BTreeSet;

use super::{
    avito::Avito,
    state::{App, Buyer, Item, Seller},
};

/// A seller with credentials of the API.
#[derive(Clone, Debug)]
pub struct NewSeller {
    /// The id; if taken, the next free number is used.
    pub id: i64,
    /// The name that buyers see.
    pub name: String,
    /// Client id of the seller's own credentials.
    pub client_id: String,
    /// Client secret of the seller's own credentials.
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

/// A buyer.
#[derive(Clone, Debug)]
pub struct NewBuyer {
    /// The id; if taken, the next free number is used.
    pub id: i64,
    /// The name that the seller sees.
    pub name: String,
}

impl Default for NewBuyer {
    fn default() -> Self {
        Self { id: 77_001_122, name: "Мария".to_owned() }
    }
}

/// An advert.
#[derive(Clone, Debug)]
pub struct NewItem {
    /// The id; if taken, the next free number is used.
    pub id: i64,
    /// The seller's id.
    pub seller: i64,
    /// The headline.
    pub title: String,
    /// With its currency, as shown.
    pub price: String,
}

impl NewItem {
    /// A sofa offered by this seller.
    pub fn of(seller: i64) -> Self {
        Self { id: 3_344_556_677, seller, title: "Диван синий".to_owned(), price: "30 000 ₽".to_owned() }
    }
}

/// A vendor's application (authorisation code flow).
#[derive(Clone, Debug)]
pub struct NewApp {
    /// The name shown to sellers on the consent page.
    pub name: String,
    /// Its id.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// The address to which browsers return.
    pub redirect_uri: String,
}

impl Avito {
    /// Adds a seller whose subscription level includes the API; returns the id.
    pub fn add_seller(&self, seller: NewSeller) -> i64 {
        self.core.change(|state| {
            let id = state.free_number(seller.id);
            let NewSeller { name, client_id, client_secret, .. } = seller;
            let seller = Seller {
                id,
                name,
                client_id,
                client_secret,
                has_level: true,
                hooks: Vec::new(),
                blacklist: BTreeSet::new(),
                minute: (0, 0),
            };
            state.sellers.insert(id, seller);
            id
        })
    }

    /// Adds a buyer; returns the id.
    pub fn add_buyer(&self, buyer: NewBuyer) -> i64 {
        self.core.change(|state| {
            let id = state.free_number(buyer.id);
            state.buyers.insert(id, Buyer { id, name: buyer.name });
            id
        })
    }

    /// Adds an advert; returns the id.
    pub fn add_item(&self, item: NewItem) -> i64 {
        self.core.change(|state| {
            let id = state.free_number(item.id);
            let NewItem { seller, title, price, .. } = item;
            let url = format!("https://avito.ru/moskva/mebel_i_interer/{id}");
            state.items.insert(id, Item { id, seller, title, price, url });
            id
        })
    }

    /// Registers an application.
    pub fn add_app(&self, app: NewApp) {
        let NewApp { name, client_id, client_secret, redirect_uri } = app;
        let known = App { name, client_secret, redirect_uri };
        self.core.change(|state| state.apps.insert(client_id, known));
    }
}
