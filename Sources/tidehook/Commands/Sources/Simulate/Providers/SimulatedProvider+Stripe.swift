// Stripe's event destinations.

import TidehookCore

extension SimulatedProvider {
  static let stripe = SimulatedProvider(
    "stripe", .stripe,
    samples: [
      sample(
        "invoice.paid",
        #"""
        {"id":"in_1PTideExample","object":"invoice","customer":"cus_QTide","amount_due":4900,"amount_paid":4900,"currency":"usd",
        "status":"paid","number":"TIDE-0042","hosted_invoice_url":"https://invoice.stripe.com/i/example"}
        """#),
      sample(
        "checkout.session.completed",
        #"""
        {"id":"cs_test_a1Tide","object":"checkout.session","customer":"cus_QTide","mode":"payment","payment_status":"paid",
        "amount_total":4900,"currency":"usd","metadata":{"order":"42"}}
        """#),
      sample(
        "customer.subscription.deleted",
        #"""
        {"id":"sub_1PTideExample","object":"subscription","customer":"cus_QTide","status":"canceled","canceled_at":{{seconds}},
        "cancel_at_period_end":false}
        """#),
    ]
  ) { _, _ in
    [HeaderField("User-Agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)"), HeaderField("Accept", "*/*; q=0.5, application/xml")]
  }

  private static func sample(_ event: String, _ object: String) -> RequestSample {
    RequestSample(
      event, contentType: "application/json; charset=utf-8",
      #"{"id":"evt_{{id}}","object":"event","api_version":"2026-03-31","created":{{seconds}},"livemode":false,"pending_webhooks":1,"#
        + #""request":{"id":null,"idempotency_key":null},"type":"\#(event)","data":{"object":\#(object)}}"#)
  }
}
