//! New sellers, buyers, adverts and applications, and what goes wrong with sellers.

use anyhow::Result;

use super::options::{Avito as State, GrantKind, NewApp, NewBuyer, NewItem, NewSeller, Options, Seller};
use crate::kit::{Customer, Id, Line, Person, Simulator};

impl Simulator<Options> {
    /// Adds a seller whose subscription level includes the API; returns the id.
    pub fn add_seller(&self, new: NewSeller) -> i64 {
        self.core.change(|state| {
            let (number, NewSeller { name, client_id, client_secret, .. }) = (state.free_number(new.id), new);
            let id = Id::from(number);
            let token = client_secret.clone();
            let seller = Seller { client_id, client_secret, has_level: true };
            state.own.sellers.insert(id.clone(), seller);
            state.lines.insert(id.clone(), Line { id, name, token, ..Line::default() });
            number
        })
    }

    /// Adds a buyer; returns the id.
    pub fn add_buyer(&self, new: NewBuyer) -> i64 {
        self.core.change(|state| {
            let id = state.free_number(new.id);
            state.people.insert(id, Person { id, first_name: new.name, ..Person::default() });
            id
        })
    }

    /// Adds an advert; returns the id.
    pub fn add_item(&self, new: NewItem) -> i64 {
        self.core.change(|state| {
            let id = state.free_number(new.id);
            state.own.items.insert(id.into(), NewItem { id, ..new });
            id
        })
    }

    /// Registers an application.
    pub fn add_app(&self, new: NewApp) {
        self.core.change(|state| state.own.apps.insert(new.client_id.clone(), new));
    }

    /// Whether a seller's subscription level includes the messenger's API; without it every call is answered with 402.
    pub fn set_level(&self, seller: i64, has_level: bool) {
        self.core.change(|state| state.set_level(&seller.into(), has_level));
    }

    /// Revokes all tokens of a seller; `for_good`: new ones are refused too, as after a change of the secret.
    pub fn revoke_tokens(&self, seller: i64, for_good: bool) {
        self.core.change(|state| state.revoke(&seller.into(), for_good));
    }

    /// Removes the webhooks of a seller, as another program might do.
    pub fn drop_hooks(&self, seller: i64) {
        self.core.change(|state| state.drop_hooks(&seller.into()));
    }
}

impl Customer<'_, Options> {
    /// The chat's id; the chat is created if there is none.
    pub fn chat(&self) -> Result<String> {
        self.dialog().map(String::from)
    }
}

impl State {
    /// The first number from this one on that is no id of anybody or anything.
    fn free_number(&self, from: i64) -> i64 {
        let is_free = |number: &i64| {
            let id = Id::from(*number);
            !self.people.contains_key(number) && !self.lines.contains_key(&id) && !self.own.items.contains_key(&id)
        };
        (from..).find(is_free).unwrap_or(from)
    }

    pub(super) fn set_level(&mut self, seller: &Id, has_level: bool) {
        if let Some(seller) = self.own.sellers.get_mut(seller) {
            seller.has_level = has_level;
        }
    }

    pub(super) fn revoke(&mut self, seller: &Id, for_good: bool) {
        let stays = |kind| kind == GrantKind::Code || (kind == GrantKind::Refresh && !for_good);
        self.own.grants.retain(|_, grant| grant.seller != *seller || stays(grant.kind));
        let secret = self.next_hex(32);
        if let Some(known) = self.own.sellers.get_mut(seller).filter(|_| for_good) {
            known.client_secret.clone_from(&secret);
            if let Some(line) = self.lines.get_mut(seller) {
                line.token = secret;
            }
        }
    }

    pub(super) fn drop_hooks(&mut self, seller: &Id) {
        if let Some(line) = self.lines.get_mut(seller) {
            line.subscriptions.clear();
        }
    }
}
