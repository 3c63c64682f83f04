// Go's net/http. One core is given to it by the harness, so GOMAXPROCS is 1 there.
package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strconv"
	"time"
)

var (
	hello        = []byte("Hello, World!")
	kilobyte     = bytes.Repeat([]byte("k"), 1024)
	tenKilobytes = bytes.Repeat([]byte("t"), 10_000)
	chunk        = bytes.Repeat([]byte("s"), 128)
)

func text(body []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		w.Write(body)
	}
}

func answerJSON(w http.ResponseWriter, _ *http.Request) {
	body, _ := json.Marshal(map[string]string{"message": string(hello)})
	w.Header().Set("Content-Type", "application/json")
	w.Write(body)
}

func upload(w http.ResponseWriter, r *http.Request) {
	n, _ := io.Copy(io.Discard, r.Body)
	text([]byte(strconv.FormatInt(n, 10)))(w, r)
}

func stream(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain")
	for i := 0; i < 8; i++ {
		w.Write(chunk)
		w.(http.Flusher).Flush()
	}
}

func delay(w http.ResponseWriter, r *http.Request) {
	time.Sleep(time.Millisecond)
	text(hello)(w, r)
}

func slow(w http.ResponseWriter, r *http.Request) {
	for until := time.Now().Add(20 * time.Millisecond); time.Now().Before(until); {
	}
	text(hello)(w, r)
}

func main() {
	acts := map[string]http.HandlerFunc{
		"hello": text(hello), "kilobyte": text(kilobyte), "tenKilobytes": text(tenKilobytes), "json": answerJSON,
		"upload": upload, "stream": stream, "delay": delay, "slow": slow,
	}
	mux := http.NewServeMux()
	if act := os.Getenv("ACT"); act == "routes" {
		for name, handler := range acts {
			mux.HandleFunc("/"+name, handler)
		}
	} else {
		mux.HandleFunc("/", acts[act])
	}
	if err := http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), mux); err != nil {
		panic(err)
	}
}
