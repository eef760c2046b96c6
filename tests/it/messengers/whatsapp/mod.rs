//! What only WhatsApp has: the window and templates, accounts with several numbers, the vendor's app, the phone app,
//! statuses that overtake each other, people with two ids, and servers that implement a part of the Cloud API.

mod bare;
mod bare_bodies;
mod buttons;
mod connecting;
mod hooks;
mod numbers;
mod overtaken;
mod phone_app;
mod samples;
mod state;
mod statuses;
mod templates;
mod trouble;
mod vendors;
mod window;
mod write_first;

use std::ops::{Deref, DerefMut};

use base::config::Config;
use parom_tests::{Beside, Engine, Line, Place, Setup, World};
use serde_json::{Value, json};
use simulator::crm::{HookMessage, MessageView, Said};
use simulator::whatsapp::{AppView, Customer, MessageView as Sent, NewApp, NewPerson, NewPhone, WhatsApp};

use crate::contract::{HookCall, signed};

pub type WhatsAppWorld = Beside<WhatsApp>;

/// The ids of the simulator's usual people and numbers.
const WABA: &str = "220011223344556";
const MARIA: &str = "KZ.1234567890123456789";
const MARIAS_PHONE: &str = "77010001122";
const VERIFY_TOKEN: &str = "chosen-by-the-vendor";

/// A number at Meta, with the app and the token of its account.
#[derive(Clone, Debug)]
pub struct Number {
    pub app: AppView,
    pub waba: String,
    pub phone: String,
    pub token: String,
}

/// A source, its number, and Maria, who has written "Hello".
pub struct Chat {
    pub line: Line,
    pub number: Number,
    pub maria: i64,
}

/// The usual number of an account.
fn number(messenger: &WhatsApp) -> Number {
    let app = messenger.add_app(NewApp::default());
    number_of(messenger, &app, WABA, "77010009900")
}

/// A number of this account and app.
fn number_of(messenger: &WhatsApp, app: &AppView, waba: &str, digits: &str) -> Number {
    let waba = messenger.add_waba(waba, "Acme");
    let phone = messenger.add_phone(NewPhone { number: digits.to_owned(), ..NewPhone::of(&waba) });
    let token = messenger.add_token(&app.id, &[&waba]);
    Number { app: app.clone(), waba, phone, token }
}

/// Another number of the same account.
fn second_number(messenger: &WhatsApp, first: &Number) -> Number {
    let (id, number) = ("330022334455668".to_owned(), "77010009911".to_owned());
    let phone = messenger.add_phone(NewPhone { id, number, ..NewPhone::of(&first.waba) });
    Number { phone, ..first.clone() }
}

impl Number {
    /// What is entered by hand for an app of the account's own.
    fn settings(&self) -> Value {
        json!({
            "phone_number_id": self.phone,
            "waba_id": self.waba,
            "access_token": self.token,
            "app_secret": self.app.secret,
        })
    }

    fn settings_with(&self, more: &Value) -> Value {
        let mut settings = self.settings();
        settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        settings
    }
}

async fn arrives(world: &mut WhatsAppWorld) {
    world.messenger.deliver_all().await;
    world.deliver_all().await;
    // What was sent has statuses.
    world.messenger.deliver_all().await;
    world.deliver_all().await;
}

async fn connected(world: &WhatsAppWorld) -> (Line, Number) {
    let number = number(&world.messenger);
    let line = world.line_of("whatsapp", "Acme", "wa-1", number.settings()).await;
    (line, number)
}

async fn chatting(world: &mut WhatsAppWorld) -> Chat {
    let (line, number) = connected(world).await;
    let maria = world.messenger.add_person(NewPerson::default());
    world.messenger.customer(maria, &number.phone).writes("Hello").unwrap();
    arrives(world).await;
    Chat { line, number, maria }
}

impl Chat {
    fn customer<'world>(&self, world: &'world WhatsAppWorld) -> Customer<'world> {
        world.messenger.customer(self.maria, &self.number.phone)
    }

    async fn manager_sends(&self, world: &WhatsAppWorld, message: HookMessage) -> Said {
        self.line.manager_sends(world, MARIA, message).await
    }

    /// The same, on its way to the customer and back.
    async fn manager_gets_through(&self, world: &mut WhatsAppWorld, message: HookMessage) -> Said {
        let said = self.manager_sends(world, message).await;
        arrives(world).await;
        said
    }

    fn sent(&self, world: &WhatsAppWorld) -> Vec<Sent> {
        world.messenger.sent(&self.number.phone)
    }

    #[track_caller]
    fn last_sent(&self, world: &WhatsAppWorld) -> Sent {
        self.sent(world).pop().expect("something was sent")
    }

    fn texts(&self, world: &WhatsAppWorld) -> Vec<String> {
        self.sent(world).into_iter().map(|one| one.text).collect()
    }
}

/// What amoCRM got last from outside.
#[track_caller]
fn last(world: &WhatsAppWorld) -> MessageView {
    super::at_crm(world).pop().expect("amoCRM got something")
}

/// Code and words of a message that failed.
#[track_caller]
fn failure(world: &World, said: &Said) -> (i64, String) {
    crate::contract::failure(world, &said.message_id)
}

/// A world whose vendor has an app of its own: one address for the numbers of all accounts.
pub struct VendorsWorld {
    world: WhatsAppWorld,
    app: AppView,
}

impl Place for VendorsWorld {
    async fn open(engine: Engine) -> Option<Self> {
        let world = WhatsAppWorld::start(engine, Setup { change: has_app, ..Setup::default() }).await?;
        let app = world.messenger.add_app(NewApp::default());
        let address = format!("{}/hooks/whatsapp", world.app().public_url());
        world.messenger.set_callback(&app.id, &address, VERIFY_TOKEN).await.expect("the handshake");
        Some(Self { world, app })
    }

    async fn close(self) {
        self.world.close().await;
    }
}

impl Deref for VendorsWorld {
    type Target = WhatsAppWorld;

    fn deref(&self) -> &WhatsAppWorld {
        &self.world
    }
}

impl DerefMut for VendorsWorld {
    fn deref_mut(&mut self) -> &mut WhatsAppWorld {
        &mut self.world
    }
}

/// The vendor's app at Meta.
fn has_app(config: &mut Config) {
    let app = NewApp::default();
    config.whatsapp.app_id = Some(app.id);
    config.whatsapp.app_secret = Some(app.secret.into());
    config.whatsapp.verify_token = Some(VERIFY_TOKEN.into());
}

/// Posts bytes to a hook's address, signed with a secret.
async fn posts(world: &World, path: &str, secret: Option<&str>, body: &str) -> u16 {
    let headers = secret.map(|secret| ("x-hub-signature-256", signed(secret, body))).into_iter().collect();
    let call = HookCall { path: path.to_owned(), headers, body: body.to_owned() };
    crate::contract::posts(world, call).await.as_u16()
}
