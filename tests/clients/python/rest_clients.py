"""Drives one client of amoCRM's REST API, as published, through its README's first example and what chats need of it,
and prints what it saw as one line of JSON. What fails is named by the rule of the protocol that it needs."""

import argparse
import asyncio
import http.client
import json
import sys
import time
import urllib.request
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import requests

from dialling import SandboxTransport, redirect_requests
from rules import check, rule

HOST = "acme.amocrm.ru"
PHONE = [{"field_code": "PHONE", "values": [{"value": "+79990001122", "enum_code": "WORK"}]}]


def redirect_urllib(sandbox: str) -> None:
    """The header `Host` is made before and stays what it is."""
    address = urlsplit(sandbox).netloc

    def dial(self, request):
        return self.do_open(lambda host, **options: http.client.HTTPConnection(address, **options), request)

    urllib.request.HTTPSHandler.https_open = dial


def tokens(given: argparse.Namespace, host: str) -> dict:
    fields = {"client_id": given.client_id, "client_secret": given.client_secret, "redirect_uri": given.redirect_uri}
    body = fields | {"grant_type": "authorization_code", "code": given.code}
    answer = requests.post(f"https://{host}/oauth2/access_token", json=body)
    answer.raise_for_status()
    return answer.json()


async def _aioamocrm(given: argparse.Namespace) -> dict:
    from aioamocrm import AmoCRMClient, Contact, Lead, LongLivedToken, Note

    auth = LongLivedToken(tokens(given, HOST)["access_token"])
    transport = httpx.AsyncClient(transport=SandboxTransport(given.sandbox))
    async with transport, AmoCRMClient(subdomain="acme", auth=auth, http=transport) as amo:
        with rule("crm-api 3.1, the account"):
            account = await amo.account.get()
        with rule("crm-api 5.4, a lead is made"):
            [created] = await amo.leads.create([Lead(name="Website order", price=5000)])
        with rule("crm-api 5.8, leads are filtered by updated_at"):
            day_ago = int(time.time()) - 24 * 60 * 60
            seen = [lead.name async for lead in amo.leads.iterate(filter={"updated_at": {"from": day_ago}})]
            check(seen == ["Website order"], seen)
            later = [lead.id async for lead in amo.leads.iterate(filter={"updated_at": {"from": day_ago * 2}})]
            check(later == [], later)
        with rule("crm-api 5.9, a contact is linked to a lead"):
            [contact] = await amo.contacts.create([Contact.model_validate({"name": "Ann", "custom_fields_values": PHONE})])
            await amo.leads.link(created.id, "contacts", contact.id, metadata={"is_main": True})
            links = await amo.leads.links(created.id)
            check([one.to_entity_id for one in links] == [contact.id], links)
        with rule("crm-api 0, a page names the next one"):
            await amo.contacts.create([Contact.model_validate({"name": "Ben"})])
            names = [one.name async for one in amo.contacts.iterate(limit=1)]
            check(names == ["Ann", "Ben"], names)
        with rule("crm-api 5.6, a note of a lead"):
            await amo.leads.notes.create([Note.common(created.id, "Callback after 18:00")])
        with rule("crm-api 5.10, a task is made and completed"):
            till = int(time.time()) + 3600
            [task] = await amo.tasks.create([{"text": "Call", "complete_till": till, "entity_id": created.id, "entity_type": "leads"}])
            await amo.tasks.complete(task.id, result="Done")
            check((await amo.tasks.get(task.id)).is_completed, task)
        with rule("crm-api 5.11, pipelines have stages"):
            pipelines = await amo.pipelines.list()
            check(len(await amo.pipelines.statuses(pipelines[0].id)) == 4, pipelines)
        return {"account": account.id, "lead": created.id, "contact": contact.id}


def apart() -> None:
    """Those that want what their client does not need, or have a name of another's, are in a folder of their own."""
    sys.path.insert(0, str(Path(sys.prefix) / "apart"))


def aioamocrm(given: argparse.Namespace) -> dict:
    return asyncio.run(_aioamocrm(given))


def amochka(given: argparse.Namespace) -> dict:
    apart()
    from amochka import AmoCRMClient, CacheConfig

    token = tokens(given, HOST)
    saved = {"access_token": token["access_token"], "expires_at": time.time() + 3600}
    client = AmoCRMClient(f"https://{HOST}", token_file=json.dumps(saved), cache_config=CacheConfig.disabled(), disable_logging=True)
    with rule("crm-api 5.11, pipelines are listed"):
        pipeline = client.fetch_pipelines()[0]["id"]
    with rule("crm-api 5.4, a lead and a contact are made"):
        lead = client.create_lead({"name": "Deal", "price": 10})["id"]
        contact = client.create_contact({"name": "Ann", "custom_fields_values": PHONE})["id"]
    with rule("crm-api 5.9, a contact is linked to a lead"):
        client.link_entity("lead", lead, contact, "contact", metadata={"is_main": True})
        links = client.get_entity_links("lead", lead)
        check(links[0]["to_entity_id"] == contact, links)
    with rule("crm-api 5.8, leads are filtered by pipeline and updated_at"):
        since = datetime.utcnow() - timedelta(hours=3)
        seen = client.fetch_updated_leads_raw(pipeline_id=pipeline, updated_from=since, include_contacts=True)
        check([one["id"] for one in seen] == [lead], seen)
    with rule("crm-api 5.6, notes and events are filtered"):
        client.add_entity_note("lead", lead, "common", {"text": "Hi"})
        check(len(client.fetch_notes("lead")) == 1, "notes")
        client.fetch_events(entity="lead", event_type="lead_added")
    with rule("crm-api 5.10, tasks are listed"):
        check(client.fetch_tasks() == [], "tasks")
    with rule("crm-api 3.1, kinds of tasks"):
        check(len(client.get_task_types()) == 2, client.get_task_types())
    return {"lead": lead, "contact": contact}


def amocrm_sdk(given: argparse.Namespace) -> dict:
    apart()
    from amocrm import Company, Contact, Lead, OAuthConfig
    from amocrm.manager import exchange_code, get_client

    class Storage:
        def save(self, access_token: str, refresh_token: str) -> None:
            self.pair = (access_token, refresh_token)

        def load(self) -> tuple[str, str]:
            return self.pair

    oauth = OAuthConfig(client_id=given.client_id, client_secret=given.client_secret, redirect_uri=given.redirect_uri, storage=Storage())
    with rule("crm-api 1.8, a code is exchanged"):
        exchange_code(subdomain="acme", code=given.code, oauth=oauth)
        client = get_client(subdomain="acme", oauth=oauth)
    with rule("crm-api 5.4, a complex lead has its contact and company"):
        wanted = Lead(name="New", price=100000, contacts=[Contact(name="Ivan")], company=Company(name="Daisy"))
        lead = client.leads.get(client.leads.create_complex([wanted])[0].id)
        check(lead.company is not None and len(lead.contacts) == 1, lead)
    with rule("crm-api 5.1, a contact and a company are changed"):
        contact, company = lead.contacts[0], lead.company
        contact.name, company.name = "Ivan Petrov", "Buttercup"
        client.contacts.update_one(contact)
        client.companies.update_one(company)
        check(client.companies.get(company.id).name == "Buttercup", company.id)
    with rule("crm-api 0, all pages of a list"):
        check(len(list(client.leads.list())) == 1, "leads")
    with rule("crm-api 5.10, tasks are listed"):
        check(list(client.tasks.list()) == [], "tasks")
    return {"lead": lead.id, "contact": contact.id, "company": company.id}


def amocrm_mcp(given: argparse.Namespace) -> dict:
    apart()
    from amocrm_client import AmoCRMClient, exchange_auth_code

    redirect_urllib(given.sandbox)
    with rule("crm-api 1.8, a code is exchanged"):
        pair = exchange_auth_code("acme", given.client_id, given.client_secret, given.redirect_uri, given.code)
    client = AmoCRMClient("acme", given.client_id, given.client_secret, given.redirect_uri, pair["access_token"], pair["refresh_token"])
    bearer = {"Authorization": f"Bearer {pair['access_token']}"}
    lead = {"name": "Sofa", "price": 300, "_embedded": {"contacts": [{"name": "Ann"}], "companies": [{"name": "Acme"}]}}
    with rule("crm-api 5.4, a complex lead"):
        made = requests.post(f"https://{HOST}/api/v4/leads/complex", json=[lead], headers=bearer).json()[0]
    with rule("crm-api 5.8, leads are filtered by status, price and time"):
        pipeline = client.get_pipelines()[0]
        step = pipeline["_embedded"]["statuses"][1]["id"]
        asked = {"pipeline_id": pipeline["id"], "status_ids": [step], "price_from": 200, "date_from": 1, "with_contacts": True}
        check([one["id"] for one in client.get_leads(**asked)] == [made["id"]], "leads")
        check(client.get_leads(price_from=400) == [], "dear leads")
    with rule("crm-api 5.12, companies"):
        check(len(client.get_companies(query="acme", with_leads=True)) == 1, "companies")
        grouped = client.get_leads_grouped_by_company()
        check(len(grouped) == 1, grouped)
    for name, words in [
        ("get_account", "3.1, the account"),
        ("get_users", "3.2, users"),
        ("get_contacts", "5.1, contacts"),
        ("get_customers", "5.12, customers"),
        ("get_notes", "5.6, notes"),
        ("get_tasks", "5.10, tasks"),
        ("get_events", "5.6, events"),
        ("get_unsorted", "5.3, incoming leads"),
        ("get_catalogs", "5.12, catalogs"),
        ("get_custom_fields", "5.12, custom fields"),
        ("get_loss_reasons", "5.12, loss reasons"),
        ("get_tags", "5.12, tags"),
        ("get_sources", "4.2, sources"),
    ]:
        with rule(f"crm-api {words}"):
            getattr(client, name)()
    return {"lead": made["id"], "contact": made["contact_id"], "company": made["company_id"]}


def kommo_python(given: argparse.Namespace) -> dict:
    from kommo.client import Client

    def read(answer: str | dict) -> dict:
        # It leaves what is not `application/json` a text, and amoCRM answers `application/hal+json`.
        return json.loads(answer) if isinstance(answer, str) else answer

    client = Client(given.client_id, given.client_secret, "acme.kommo.com", given.redirect_uri)
    with rule("crm-api 1.8, a code is exchanged by a form"):
        pair = client.get_access_token(given.code, "acme.kommo.com")
        client.set_token(pair["access_token"])
    with rule("crm-api 0, doubled slashes are one"):
        account = read(client.get_account_info())
        check(account["subdomain"] == "acme", account)
    with rule("crm-api 5.12, companies, contacts and leads are made and listed"):
        for one in ("company", "contact", "lead"):
            made = read(getattr(client, f"create_{one}")({"name": one}))
            check("_embedded" in made, made)
        for many in ("companies", "contacts", "leads"):
            listed = read(getattr(client, f"list_{many}")())
            check(len(listed["_embedded"][many]) == 1, listed)
    with rule("crm-api 5.12, custom fields"):
        check("_embedded" in read(client.get_custom_fields_contacts()), "fields")
    with rule("crm-api 7.1, hooks"):
        hook = read(client.create_webhook("add_message", "https://a.test/hook"))
        check(hook["settings"] == ["add_message"], hook)
    return {"account": account["id"]}


def amocrm_api(given: argparse.Namespace) -> dict:
    from amocrm.v2 import Company, Contact, Lead, Pipeline, Tag, Task, User, filters, tokens as kept

    class Memory:
        pair = {"access_token": None, "refresh_token": None}

        def get_access_token(self):
            return self.pair["access_token"]

        def get_refresh_token(self):
            return self.pair["refresh_token"]

        def save_tokens(self, access_token, refresh_token):
            self.pair = {"access_token": access_token, "refresh_token": refresh_token}

    kept.default_token_manager(given.client_id, given.client_secret, "acme", given.redirect_uri, storage=Memory())
    with rule("crm-api 1.8, a code is exchanged"):
        kept.default_token_manager.init(given.code, skip_error=False)
    with rule("crm-api 5.4, leads and contacts are made"):
        contact, lead = Contact(name="Ann"), Lead(name="Deal", price=5)
        contact.save()
        lead.save()
    with rule("crm-api 5.8, leads are filtered by id"):
        seen = [one.id for one in Lead.objects.filter(filters=[filters.SingleFilter("id")(lead.id)])]
        check(seen == [lead.id], seen)
        none = [one.id for one in Lead.objects.filter(filters=[filters.SingleFilter("id")(1)])]
        check(none == [], none)
    with rule("crm-api 5.12, companies"):
        company = Company(name="Acme")
        company.save()
        check([one.name for one in Company.objects.all()] == ["Acme"], "companies")
    with rule("crm-api 5.10, tasks"):
        Task.objects.create(text="Call", complete_till=int(time.time()), entity_id=lead.id, entity_type="leads")
        check(len(list(Task.objects.all())) == 1, "tasks")
    with rule("crm-api 3.2, users and pipelines"):
        check(len(list(User.objects.all())) == 3 and len(list(Pipeline.objects.all())) == 2, "users")
    return {"lead": lead.id, "contact": contact.id, "company": company.id}


CLIENTS = [aioamocrm, amochka, amocrm_sdk, amocrm_mcp, kommo_python, amocrm_api]


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in "sandbox client client-id client-secret redirect-uri code".split():
        parser.add_argument(f"--{name}", required=True)
    given = parser.parse_args()
    redirect_requests(given.sandbox)
    [client] = [one for one in CLIENTS if one.__name__ == given.client]
    print(json.dumps(client(given)), flush=True)


main()
