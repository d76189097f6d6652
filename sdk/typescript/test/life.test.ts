/** An incident's whole life, and a refusal, through typed methods only. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { answer, connect, login, type Ims, Refused } from "../src/index.js";
import { told } from "./told.js";

const PASSWORD = "nine quiet lanterns drift";
// Severity, minutes to respond, hours to resolve: within the premium tier.
const TARGETS = [
  ["P1", 15, 4],
  ["P2", 120, 24],
  ["P3", 480, 72],
  ["P4", 1440, 128],
] as const;

const address = told("IMS_ADDRESS");

async function enter(email: string, shares: string[]): Promise<Ims> {
  answer(await connect(address).POST("/api/v1/auth/activate/", { body: { shares, password: PASSWORD } }));
  return login(address, email, PASSWORD);
}

/** A client that subscribes to a product under agreed service levels; returns its id and the component's. */
async function aClientAndWhatItUses(administrator: Ims, executive: Ims) {
  const client = answer(
    await administrator.POST("/api/v1/clients/", {
      body: {
        name: "Harbour Bank",
        registration_number: "HRB-1042",
        contact_email: "it@harbour.example",
        client_type: "enterprise",
      },
    }),
  );
  const product = answer(
    await administrator.POST("/api/v1/products/", {
      body: { product_name: "Ledgerline", product_type: "banking_system" },
    }),
  );
  const component = answer(
    await administrator.POST("/api/v1/components/", {
      body: {
        product_id: product.id,
        component_name: "Statements",
        component_type: "database",
        environment: "production",
        location: "Hamburg",
      },
    }),
  );
  const subscription = answer(
    await executive.POST("/api/v1/subscriptions/", {
      body: {
        client_id: client.id,
        product_id: product.id,
        subscription_type: "full_service",
        service_level_tier: "premium",
        start_date: "2026-01-01",
      },
    }),
  );
  const agreements = TARGETS.map(([severity_level, response_time_minutes, resolution_time_hours]) => ({
    severity_level,
    response_time_minutes,
    resolution_time_hours,
    availability_target: 99.9,
  }));
  answer(
    await executive.POST("/api/v1/sla-agreements/bulk/", { body: { subscription_id: subscription.id, agreements } }),
  );
  return { clientId: client.id, componentId: component.id };
}

/** Take the incident up, work around it, tell the client. */
async function work(support: Ims, incidentId: number, contactId: number) {
  const params = { path: { id: incidentId } };
  answer(await support.PATCH("/api/v1/incidents/{id}/", { params, body: { status: "in_progress" } }));
  answer(
    await support.POST("/api/v1/workarounds/", {
      body: { incident_id: incidentId, description: "Run on the second node.", effectiveness: "effective" },
    }),
  );
  const said = answer(
    await support.POST("/api/v1/communications/", {
      body: {
        incident_id: incidentId,
        recipient_type: "client_contact",
        recipient_user_id: contactId,
        delivery_method: "email",
        message_content: "Statements run on the second node.",
      },
    }),
  );
  answer(
    await support.PATCH("/api/v1/communications/{id}/", {
      params: { path: { id: said.id } },
      body: { delivery_status: "delivered" },
    }),
  );
}

test("a whole life through typed methods", async () => {
  const administrator = await enter("sam@example.org", told("IMS_ADMINISTRATOR").split(" "));
  const executive = await enter("eva@example.org", told("IMS_EXECUTIVE").split(" "));
  const { clientId, componentId } = await aClientAndWhatItUses(administrator, executive);
  const tara = answer(
    await administrator.POST("/api/v1/users/", {
      body: { name: "Tara Singh", email: "tara@example.org", role: "technical_support", timezone: "UTC" },
    }),
  );
  const carl = answer(
    await administrator.POST("/api/v1/users/", {
      body: {
        name: "Carl Jensen",
        email: "carl@example.org",
        role: "client_contact",
        timezone: "UTC",
        client_id: clientId,
      },
    }),
  );
  const other = answer(
    await executive.POST("/api/v1/users/{id}/activation-token/countersign/", { params: { path: { id: tara.id } } }),
  );
  assert.ok(tara.activation_share && other.activation_share);
  const support = await enter("tara@example.org", [tara.activation_share, other.activation_share]);

  const incident = answer(
    await support.POST("/api/v1/incidents/", {
      body: {
        reporter_id: tara.id,
        client_id: clientId,
        component_id: componentId,
        title: "Statements arrive late",
        description: "The nightly run took four hours longer.",
        category: "performance_degradation",
        impact_level: "medium",
        classification: { localized: true },
      },
    }),
  );
  await work(support, incident.id, carl.id);
  const params = { path: { id: incident.id } };
  const resolved = answer(
    await support.POST("/api/v1/incidents/{id}/resolve/", { params, body: { resolution_summary: "Index rebuilt." } }),
  );

  const refused = await support.POST("/api/v1/incidents/{id}/close/", { params, body: {} });
  assert.equal(refused.response.status, 409);
  assert.equal(refused.error?.code, "precondition_failed");
  assert.deepEqual(refused.error?.errors.map((item) => item.code), ["postmortem_not_reviewed"]);
  assert.equal(refused.error?.next, "Fulfil the conditions listed in errors.");
  assert.throws(() => answer(refused), Refused);

  answer(
    await executive.POST("/api/v1/incident-reports/{id}/review/", {
      params: { path: { id: resolved.postmortem_report_id } },
      body: { comment: "Complete." },
    }),
  );
  const closed = answer(await support.POST("/api/v1/incidents/{id}/close/", { params, body: {} }));
  assert.equal(closed.status, "closed");
  const page = answer(
    await support.GET("/api/v1/incidents/", { params: { query: { status: "closed", client_id: clientId } } }),
  );
  assert.deepEqual(page.results.map((each) => each.id), [incident.id]);
});
