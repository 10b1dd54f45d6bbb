/* Start Swagger UI on the page's own schema; requests carry the session and its CSRF token. */
(function () {
  "use strict";
  const place = document.getElementById("api");
  const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  window.SwaggerUIBundle({
    domNode: place,
    url: place.dataset.schema,
    deepLinking: false,
    requestInterceptor: function (request) {
      request.headers["X-CSRFToken"] = token;
      return request;
    },
  });
})();
