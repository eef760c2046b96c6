//! Letters by SMTP: sign-in links and invitations in the reader's language.

use base::i18n::Language;
use parom::identity::MemberRole;
use parom_tests::{Engine, Mail, MailServer, Place, Setup, World};

use super::{add_member, add_person};

async fn world() -> (World, MailServer) {
    let server = MailServer::start().await;
    (World::start(Engine::Sqlite, Setup { change: MailServer::serves, ..Setup::default() }).await.unwrap(), server)
}

fn link_in(world: &World, letter: &Mail) -> String {
    let base = world.api.base();
    let mut links =
        letter.text.split_whitespace().rev().filter(|word| word.starts_with(&base) && word.contains("token="));
    let link = links.next().unwrap_or_else(|| panic!("no link in {letter:?}"));
    link.strip_prefix(&base).unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_by_mail_signs_in_once() {
    let (world, mail) = world().await;
    let line = world.line("support").await;
    let id = add_member(&world, line.tenant_id, "anna@example.com", MemberRole::Owner).await;
    parom::identity::person::set_language(world.app().store.write(), id, Language::Ru).await.unwrap();
    let visitor = world.visitor();
    let asked = visitor.sends("/panel/sign-in/link", &[("email", "ANNA@example.com"), ("to", "")]).await.is(200);
    assert!(asked.text.contains("a link is on its way"), "{}", asked.text);
    let letter = mail.next().await;
    assert!(letter.to == "anna@example.com" && letter.head.contains("Parom <parom@vendor.example>"), "{letter:?}");
    letter.says(&["можно один раз войти"]);
    let link = link_in(&world, &letter);
    let page = visitor.opens(&link).await.is(200);
    let token = page.field("token");
    assert_eq!(visitor.sends_as_it_is("/panel/link", &[("token", &token)]).await.is_redirect(), "/panel");
    visitor.opens("/panel/team").await.is(200);
    world.visitor().sends_as_it_is("/panel/link", &[("token", &token)]).await.is(410);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_goes_by_mail_and_is_not_shown() {
    let (world, mail) = world().await;
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    owner.opens("/panel/team").await.is(200);
    let fields = [("email", "mark@example.com"), ("role", "viewer")];
    let page = owner.does("/panel/team/invite", &fields).await;
    assert!(page.text.contains("An invitation was sent to mark@example.com"), "{}", page.text);
    assert!(!page.text.contains("token="), "the letter alone has the link");
    let letter = mail.next().await;
    letter.says(&["Anna Ivanova invites you"]);
    let mark = world.visitor();
    let page = mark.opens(&link_in(&world, &letter)).await.is(200);
    let token = page.field("token");
    mark.sends_as_it_is("/panel/link", &[("token", &token)]).await.is(303);
    mark.opens("/panel").await.is(200);
    mark.opens("/panel/team").await.is(403);
    // Unknown addresses get no e-mail.
    world.visitor().sends("/panel/sign-in/link", &[("email", "nobody@example.com"), ("to", "")]).await.is(200);
    add_person(&world, "known@example.com").await;
    world.visitor().sends("/panel/sign-in/link", &[("email", "known@example.com"), ("to", "")]).await.is(200);
    assert_eq!(mail.next().await.to, "known@example.com");
    world.close().await;
}
