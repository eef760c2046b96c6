//! Creates apps, accounts, numbers, tokens and people.

use super::{
    graph,
    state::{App, Override, Token, Waba},
    view::AppView,
    whatsapp::WhatsApp,
};

/// The fields that an app is subscribed to by default.
const FIELDS: [&str; 16] = [
    "messages",
    "message_template_status_update",
    "message_template_quality_update",
    "template_category_update",
    "phone_number_quality_update",
    "phone_number_name_update",
    "account_update",
    "account_review_update",
    "account_alerts",
    "business_capability_update",
    "security",
    "user_preferences",
    "user_id_update",
    "history",
    "smb_message_echoes",
    "smb_app_state_sync",
];

/// A Meta app.
#[derive(Clone, Debug)]
pub struct NewApp {
    /// Its id; if taken, the next free number is used.
    pub id: String,
    /// Signs webhooks.
    pub secret: String,
    /// Its name.
    pub name: String,
    /// Calls must contain `appsecret_proof`.
    pub wants_proof: bool,
}

impl Default for NewApp {
    fn default() -> Self {
        Self {
            id: "110022003300440".to_owned(),
            secret: "test-app-secret".to_owned(),
            name: "Acme Chats".to_owned(),
            wants_proof: false,
        }
    }
}

/// A business phone number.
#[derive(Clone, Debug)]
pub struct NewPhone {
    /// Its id; if taken, the next free number is used.
    pub id: String,
    /// The account it belongs to.
    pub waba: String,
    /// The number; everything but digits is ignored.
    pub number: String,
    /// The display name.
    pub name: String,
    /// It stays in the WhatsApp Business app (coexistence).
    pub is_on_biz_app: bool,
    /// It is verified and registered. A number in the phone app counts as registered.
    pub is_registered: bool,
    /// A test number, which can write only to these.
    pub allowed: Option<Vec<String>>,
}

impl NewPhone {
    /// A typical number of an account.
    pub fn of(waba: &str) -> Self {
        Self {
            id: "330022334455667".to_owned(),
            waba: waba.to_owned(),
            number: "77010009900".to_owned(),
            name: "Acme".to_owned(),
            is_on_biz_app: false,
            is_registered: true,
            allowed: None,
        }
    }
}

/// A person with WhatsApp.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// The number in digits; `wa_id` of webhooks.
    pub wa_id: String,
    /// Other spellings of the number that reach the person, as in Brazil and Mexico.
    pub dialled_as: Vec<String>,
    /// The name in the profile, which may be empty.
    pub name: String,
    /// Without `@`. For a person with a username, webhooks omit the phone, as documented.
    pub username: Option<String>,
    /// The business-scoped id; with `None` webhooks are as before April 2026.
    pub user_id: Option<String>,
    /// The parent business-scoped id.
    pub parent_user_id: Option<String>,
}

impl Default for NewPerson {
    fn default() -> Self {
        Self {
            wa_id: "77010001122".to_owned(),
            dialled_as: Vec::new(),
            name: "Maria K.".to_owned(),
            username: None,
            user_id: Some("KZ.1234567890123456789".to_owned()),
            parent_user_id: None,
        }
    }
}

impl WhatsApp {
    /// Creates an app without a callback.
    pub fn add_app(&self, app: NewApp) -> AppView {
        self.core.change(|state| {
            let id = state.free_id(app.id);
            let view = AppView { id: id.clone(), secret: app.secret.clone(), name: app.name.clone() };
            let made = App {
                id: id.clone(),
                secret: app.secret,
                name: app.name,
                callback: None,
                fields: FIELDS.map(str::to_owned).into(),
                wants_proof: app.wants_proof,
            };
            state.apps.insert(id, made);
            view
        })
    }

    /// Creates a WhatsApp Business Account; returns its id, which is the given one if it is free.
    pub fn add_waba(&self, id: &str, name: &str) -> String {
        self.core.change(|state| {
            let id = state.free_id(id.to_owned());
            let made = Waba {
                id: id.clone(),
                name: name.to_owned(),
                subscribed: Default::default(),
                locked_by: None,
                pays: true,
                template_limit: 250,
                locked_names: Default::default(),
                review_status: "APPROVED".to_owned(),
            };
            state.wabas.insert(id.clone(), made);
            id
        })
    }

    /// Creates a number; returns its id.
    pub fn add_phone(&self, phone: NewPhone) -> String {
        self.core.change(|state| state.add_phone(phone))
    }

    /// Creates a person; returns the id that identifies them in this library.
    pub fn add_person(&self, person: NewPerson) -> i64 {
        self.core.change(|state| state.put_person(person))
    }

    /// Issues a system user's token that never expires, for these accounts.
    pub fn add_token(&self, app: &str, wabas: &[&str]) -> String {
        self.core.change(|state| {
            let token = state.next_token("Sys");
            let made = Token {
                app: app.to_owned(),
                wabas: wabas.iter().map(|one| (*one).to_owned()).collect(),
                scopes: ["whatsapp_business_management", "whatsapp_business_messaging"].map(str::to_owned).into(),
                issued_at: state.now,
                expires_at: None,
                is_revoked: false,
                kind: "SYSTEM_USER",
            };
            state.tokens.insert(token.clone(), made);
            token
        })
    }

    /// The result of Embedded Signup besides ids: a code, valid for 30 seconds and exchanged once.
    pub fn sign_up(&self, app: &str, waba: &str) -> String {
        self.core.change(|state| state.make_code(app, waba))
    }

    /// Sets an app's callback, as its dashboard does: after the handshake. The error contains the address's answer.
    pub async fn set_callback(&self, app: &str, url: &str, verify_token: &str) -> anyhow::Result<()> {
        graph::handshake(&self.core, url, verify_token).await?;
        self.put_callback(app, url, verify_token);
        Ok(())
    }

    /// Sets an app's callback without a handshake.
    pub fn put_callback(&self, app: &str, url: &str, verify_token: &str) {
        let target = Override { url: url.to_owned(), verify_token: verify_token.to_owned() };
        self.core.change(|state| {
            if let Some(app) = state.apps.get_mut(app) {
                app.callback = Some(target);
            }
        });
    }

    /// Subscribes an app to an account, as `POST /{waba}/subscribed_apps` does.
    pub fn subscribe(&self, app: &str, waba: &str) {
        self.core.change(|state| {
            if let Some(waba) = state.wabas.get_mut(waba) {
                waba.subscribed.entry(app.to_owned()).or_insert(None);
            }
        });
    }

    /// Sets the fields of an app's subscription; by default every field about WhatsApp.
    pub fn set_fields(&self, app: &str, fields: &[&str]) {
        self.core.change(|state| {
            if let Some(app) = state.apps.get_mut(app) {
                app.fields = fields.iter().map(|one| (*one).to_owned()).collect();
            }
        });
    }
}
