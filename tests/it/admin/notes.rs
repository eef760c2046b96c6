//! What operators note about an account.

use base::store::VENDOR;
use entity::account_note;
use parom::tenant::{Export, ExportPages};
use parom_tests::{World, once};
use sea_orm::EntityTrait;

use super::operator::Operator;
use super::signing_in::log;

async fn a_note_has_its_author_and_is_the_vendors_alone(world: &mut World) {
    let line = world.line("support").await;
    let account = format!("/admin/accounts/{}", line.tenant_id);
    let olga = Operator::signed_in(world).await;
    olga.opens(&account).await.is(200).says(&["No notes yet."]);
    let text = "Calls on Mondays,\n<b>two</b> shops: note-canary";
    assert!(
        olga.sends(&format!("{account}/notes"), &[("text", text)]).await.is(303).header("location").contains(&account)
    );
    let page = olga.opens(&account).await.is(200);
    page.says(&["Olga", "Calls on Mondays,", "&#60;b&#62;two"]);
    for (wrong, why) in [(" ".to_owned(), "nothing"), ("x".repeat(2001), "too much")] {
        olga.sends(&format!("{account}/notes"), &[("text", &wrong)]).await.is(303);
        olga.opens(&account).await.is(200).says(&["A note can have 1 to 2,000 characters"]);
        assert_eq!(account_note::Entity::find().all(world.app().store.read()).await.unwrap().len(), 1, "{why}");
    }
    // Neither the account's pages nor its export have it.
    let owner = world.panel(line.tenant_id).await;
    for path in ["/panel", "/panel/account", "/panel/audit", "/panel/data"] {
        owner.opens(path).await.is(200).never_says(&["note-canary"]);
    }
    let mut export = Export::begin(&world.app().tenants, line.tenant_id).await.unwrap();
    while let Some(page) = export.page().await.unwrap() {
        let page = String::from_utf8(page).unwrap();
        assert!(!page.contains("note-canary") && !page.contains("note_added"), "{page}");
    }
    let id = page.between(&format!("action=\"{account}/notes/"), "/").expect("a note").to_owned();
    olga.sends(&format!("{account}/notes/{id}/delete"), &[]).await.is(303);
    olga.opens(&account).await.is(200).says(&["The note is deleted.", "No notes yet."]);
    olga.sends(&format!("{account}/notes/{id}/delete"), &[]).await.is(404);
    let done: Vec<String> = log(world, VENDOR).await;
    let done: Vec<&str> = done.iter().map(String::as_str).filter(|one| one.starts_with("account.note")).collect();
    assert_eq!(done, ["account.note_added", "account.note_deleted"]);
}

async fn notes_are_deleted_with_their_account(world: &mut World) {
    let line = world.line("support").await;
    let account = format!("/admin/accounts/{}", line.tenant_id);
    let olga = Operator::signed_in(world).await;
    olga.opens(&account).await.is(200);
    olga.sends(&format!("{account}/notes"), &[("text", "Calls on Mondays")]).await.is(303);
    parom::tenant::forget(&world.app().tenants, line.tenant_id, true, "a test").await.unwrap();
    let left = account_note::Entity::find().all(world.app().store.read()).await.unwrap();
    assert!(left.is_empty(), "{left:?}");
}

once!(notes_are_deleted_with_their_account, a_note_has_its_author_and_is_the_vendors_alone);
