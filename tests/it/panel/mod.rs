//! The panel, as people of an account and strangers meet it.

mod alerts;
mod keys;
mod overview;
mod pages;
mod rights;
mod side_by_side;
mod signing_in;

use base::i18n::Language;
use parom::identity::{MemberRole, credentials, member, password, person};
use parom_tests::{Line, Visitor, World};
use secrecy::SecretString;
use uuid::Uuid;

pub const PASSWORD: &str = "four ferries cross at dawn";
pub const ANNA: &str = "anna@example.com";

/// A person who has proved their e-mail, and signs in by it and [`PASSWORD`].
pub async fn add_person(world: &World, email: &str) -> Uuid {
    let app = world.app();
    let new = person::NewPerson { email, name: "", language: Language::En, is_operator: false };
    let added = person::add(&app.identity, app.store.write(), new).await.unwrap().expect("the e-mail is new");
    let (hash, db) = (password::hash(&app.identity, SecretString::from(PASSWORD)).await.unwrap(), app.store.write());
    assert!(credentials::prove(&app.identity, db, &added).await.unwrap());
    let proved = person::by_id(db, added.id).await.unwrap().unwrap();
    assert!(credentials::set_password(db, &proved, &hash, None).await.unwrap());
    added.id
}

/// The same as a member of an account.
pub async fn add_member(world: &World, tenant_id: Uuid, email: &str, role: MemberRole) -> Uuid {
    let id = add_person(world, email).await;
    member::join(&world.app().identity, world.app().store.write(), tenant_id, id, role, None).await.unwrap();
    id
}

/// An account whose owner is Anna.
pub async fn with_anna(world: &World) -> Line {
    let line = world.line("support").await;
    add_member(world, line.tenant_id, ANNA, MemberRole::Owner).await;
    line
}

/// Signs in and ends on the first page behind it.
pub async fn sign_in(world: &World, email: &str) -> Visitor {
    let visitor = world.visitor();
    visitor.does("/panel/sign-in", &[("email", email), ("password", PASSWORD), ("to", "")]).await;
    visitor
}
