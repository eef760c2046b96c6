//! How many sources there may be, by our word and by amoCRM's.

use futures_util::future::join_all;

use super::*;

async fn creations_at_once_never_pass_the_limit(world: &mut World) {
    let tenant_id = installed(world).await;
    world.api.patch(&format!("/api/v1/tenants/{tenant_id}"), &json!({"sources_limit": 3})).await.is(200);
    let wishes: Vec<_> = (0..8).map(|number| body(world, &format!("line-{number}"))).collect();
    let world = &*world;
    let replies = join_all(wishes.iter().map(|wish| make(world, tenant_id, wish))).await;
    let made = replies.iter().filter(|reply| reply.status == 201).count();
    let refused = replies.iter().filter(|reply| reply.status == 409 && reply.text.contains("source_limit")).count();
    assert_eq!((made, refused), (3, 5));
    assert_eq!((count(world, tenant_id).await, world.sandbox.sources(HOST).len()), (3, 3));
    let usage = parom::source::usage(&world.app().sources, tenant_id).await.unwrap();
    assert_eq!((usage.used, usage.limit, usage.is_full()), (3, 3, true));
}

async fn creations_at_once_leave_one_default(world: &mut World) {
    let tenant_id = installed(world).await;
    let default = |world: &World, number: usize| {
        let mut wish = body(world, &format!("line-{number}"));
        wish["default"] = json!(true);
        wish
    };
    let wishes: Vec<_> = (0..8).map(|number| default(world, number)).collect();
    let world = &*world;
    for reply in join_all(wishes.iter().map(|wish| make(world, tenant_id, wish))).await {
        reply.is(201);
    }
    let listed = world.api.get(&format!("/api/v1/tenants/{tenant_id}/sources")).await.is(200);
    let defaults = listed.json["items"].as_array().unwrap().iter().filter(|one| one["default"] == true).count();
    assert_eq!(defaults, 1, "{}", listed.text);
}

async fn amocrms_own_limit_is_reported_in_its_words(world: &mut World) {
    let tenant_id = installed(world).await;
    world.api.patch(&format!("/api/v1/tenants/{tenant_id}"), &json!({"sources_limit": 80})).await.is(200);
    world.sandbox.set_source_limit(50);
    for number in 0..50 {
        make(world, tenant_id, &body(world, &format!("line-{number}"))).await.is(201);
    }
    let refused = make(world, tenant_id, &body(world, "line-50")).await.is(409);
    assert!(refused.text.contains("crm_limit") && refused.text.contains("at most 50 sources"), "{}", refused.text);
    assert_eq!((count(world, tenant_id).await, world.sandbox.sources(HOST).len()), (50, 50));
}

async fn a_refusal_with_few_sources_is_no_limit(world: &mut World) {
    let tenant_id = installed(world).await;
    world.sandbox.set_source_limit(1);
    make(world, tenant_id, &body(world, "one")).await.is(201);
    let refused = make(world, tenant_id, &body(world, "two")).await.is(409);
    assert!(refused.text.contains("crm_refused") && refused.text.contains("at most 1 sources"), "{}", refused.text);
    assert_eq!(count(world, tenant_id).await, 1);
}

async fn one_of_two_simultaneous_deletions_succeeds(world: &mut World) {
    let tenant_id = installed(world).await;
    let id = make(world, tenant_id, &body(world, "one")).await.is(201).text_at("/id");
    let world = &*world;
    let path = format!("/api/v1/sources/{id}");
    let mut statuses: Vec<_> =
        join_all((0..5).map(|_| world.api.delete(&path))).await.iter().map(|reply| reply.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 404, 404, 404, 404]);
    world.api.delete(&path).await.is(404);
}

async fn deleting_the_default_source_promotes_no_other(world: &mut World) {
    let tenant_id = installed(world).await;
    let mut wanted = body(world, "one");
    wanted["default"] = json!(true);
    let one = make(world, tenant_id, &wanted).await.is(201);
    let two = make(world, tenant_id, &body(world, "two")).await.is(201);
    let by = parom::source::By::parom();
    let id = one.text_at("/id").parse().unwrap();
    let deleted = parom::source::delete(&world.app().sources, tenant_id, id, &by).await.unwrap();
    assert!(deleted.was_default, "the person who deletes it can be informed");
    assert_eq!(get(world, &two).await.json["default"], false);
    assert_eq!(there(world, "two")["default"], false);
    let migration = parom::source::migration(&world.app().sources, tenant_id).await.unwrap();
    assert_eq!(migration.steps[0].action, Some(parom::source::MigrationAction::SetDefault));
}

async fn kinds_are_those_that_a_channel_serves(world: &mut World) {
    let tenant_id = installed(world).await;
    let tenant = parom::tenant::load(world.app().store.read(), tenant_id).await.unwrap().unwrap();
    let kinds = parom::source::kinds(&world.app().sources, &tenant);
    let names: Vec<_> = kinds.iter().map(|kind| kind.kind).collect();
    assert_eq!(names.len(), base::config::CONNECTORS.len(), "{names:?}");
    let custom = kinds.iter().find(|kind| kind.kind == "custom").unwrap();
    assert_eq!((custom.fields.len(), custom.fields[0].name, custom.fields[0].required), (2, "webhook_url", true));
    assert_eq!(custom.channels.len(), 1);
    // Every word that people would see is there.
    for language in base::i18n::Language::ALL {
        let words = base::i18n::Words::new(language);
        let known = |key: &str| words.text(key.to_owned()).with("crm", "amoCRM").to_string() != key;
        for kind in &kinds {
            assert!(known(&format!("connector-{}", kind.kind)));
            for field in kind.fields {
                let choices = field.input.choices().iter().map(|choice| choice.1);
                for key in [field.label].into_iter().chain(field.hint).chain(choices) {
                    assert!(known(key), "{key}");
                }
            }
        }
        for reason in parom::source::StateReason::ALL {
            assert!(known(&format!("source-reason-{}", reason.as_str())), "{reason:?}");
        }
        for action in parom::source::StateAction::ALL {
            assert!(known(&format!("source-action-{}", action.as_str())), "{action:?}");
        }
        for status in parom::source::SourceStatus::ALL {
            assert!(known(&format!("source-state-{}", status.as_str())), "{status:?}");
        }
    }
}

both!(
    creations_at_once_leave_one_default,
    creations_at_once_never_pass_the_limit,
    one_of_two_simultaneous_deletions_succeeds,
    deleting_the_default_source_promotes_no_other
);
once!(
    amocrms_own_limit_is_reported_in_its_words,
    a_refusal_with_few_sources_is_no_limit,
    kinds_are_those_that_a_channel_serves,
);
