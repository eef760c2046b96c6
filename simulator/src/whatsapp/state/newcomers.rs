//! New numbers, people and codes.

use std::collections::BTreeSet;

use serde_json::json;

use super::{Code, DAY, Person, Phone, State, digits};
use crate::whatsapp::newcomers::{NewPerson, NewPhone};

/// Milliseconds for which a code of Embedded Signup is valid.
const CODE: i64 = 30_000;

impl State {
    /// The id, or the next free number after it.
    pub(crate) fn free_id(&self, id: String) -> String {
        let taken =
            |id: &str| self.apps.contains_key(id) || self.wabas.contains_key(id) || self.phones.contains_key(id);
        let mut number: i64 = id.parse().unwrap_or(1);
        let mut id = id;
        while taken(&id) {
            number += 1;
            id = number.to_string();
        }
        id
    }

    pub(crate) fn add_phone(&mut self, phone: NewPhone) -> String {
        let id = self.free_id(phone.id);
        let number = digits(&phone.number);
        let is_ready = phone.is_registered || phone.is_on_biz_app;
        let word = |yes: &str, no: &str| (if is_ready { yes } else { no }).to_owned();
        let made = Phone {
            id: id.clone(),
            waba: phone.waba,
            display: format!("+{number}"),
            number,
            name: phone.name,
            quality: word("GREEN", "UNKNOWN"),
            limit: "TIER_250".to_owned(),
            status: word("CONNECTED", "PENDING"),
            code_status: word("VERIFIED", "NOT_VERIFIED"),
            name_status: word("APPROVED", "PENDING_REVIEW"),
            platform: word("CLOUD_API", "NOT_APPLICABLE"),
            pin: None,
            registrations: Vec::new(),
            wrong_pins: 0,
            is_on_biz_app: phone.is_on_biz_app,
            connected_at: self.now,
            synced: BTreeSet::new(),
            shares_history: true,
            book: Vec::new(),
            overrides: Default::default(),
            is_in_maintenance: false,
            allowed: phone.allowed.map(|all| all.iter().map(|one| digits(one)).collect()),
            profile: json!({"about": "", "vertical": "UNDEFINED"}).as_object().cloned().unwrap_or_default(),
            pending_code: None,
        };
        self.phones.insert(id.clone(), made);
        id
    }

    pub(crate) fn put_person(&mut self, person: NewPerson) -> i64 {
        let number = digits(&person.wa_id);
        // From now on the number belongs to a person.
        for unreachable in self.people.values_mut().filter(|one| one.wa_id.is_empty()) {
            unreachable.dialled_as.retain(|one| *one != number);
        }
        let id = self.people.keys().next_back().copied().unwrap_or_default() + 1;
        let made = Person {
            id,
            wa_id: number,
            dialled_as: person.dialled_as.iter().map(|one| digits(one)).collect(),
            name: person.name,
            username: person.username,
            user_id: person.user_id,
            parent_user_id: person.parent_user_id,
            is_off: false,
            tells_reads: true,
            is_sated: false,
        };
        self.people.insert(id, made);
        id
    }

    pub(crate) fn make_code(&mut self, app: &str, waba: &str) -> String {
        let code = format!("AQ{:030}", self.next_serial());
        let made = Code {
            app: app.to_owned(),
            wabas: [waba.to_owned()].into(),
            expires_at: self.now + CODE,
            is_used: false,
            redirect_uri: None,
        };
        self.codes.insert(code.clone(), made);
        code
    }

    /// Expires a token after this many days.
    pub(crate) fn expire(&mut self, token: &str, days: i64) {
        let until = self.now + days * DAY;
        if let Some(token) = self.tokens.get_mut(token) {
            token.expires_at = Some(until);
        }
    }
}
